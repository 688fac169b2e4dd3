"""The fixtures of subject requests stand here too."""

from dsr.tests.conftest import house, make_case, shop

__all__ = ["house", "make_case", "shop"]
