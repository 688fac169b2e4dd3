"""The fixtures of subject requests, and a mail server."""

from dsr.tests.conftest import asking, house, make_case, shop
from privacy.jobs.tests.test_outbox import server

__all__ = ["asking", "house", "make_case", "server", "shop"]
