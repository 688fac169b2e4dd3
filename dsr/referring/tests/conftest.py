"""The same house as for all subject requests."""

from dsr.tests.conftest import house, make_case, shop  # noqa: F401 - fixtures
