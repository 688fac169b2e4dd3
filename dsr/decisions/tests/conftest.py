"""The fixtures of subject requests, for the tests of decisions."""

from dsr.tests.conftest import approve_all, asking, house, make_case, shop

__all__ = ["approve_all", "asking", "house", "make_case", "shop"]
