"""What these tests share with those of subject requests: open gates and a case."""

from dsr.tests.conftest import house, make_case

__all__ = ["house", "make_case"]
