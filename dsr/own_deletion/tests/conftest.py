"""The fixtures of subject requests, for the tests of own deletions."""

from dsr.tests.conftest import house, shop

__all__ = ["house", "shop"]
