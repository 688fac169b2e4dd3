"""What the tests of correspondence share."""

from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.tests.conftest import house, shop
from privacy.kernel.blind_index import blind_index
from privacy.testing.factories import CaseFactory

__all__ = ["house", "shop"]


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: object) -> None:
    settings.KEPT_FILES = tmp_path


@pytest.fixture
def make_case(alice: User) -> Callable[..., SubjectRequest]:
    """A received, identified erasure request of alice, found by her address."""

    def make(**fields: object) -> SubjectRequest:
        email = "alice@example.com"
        contact = {"name": "Alice", "email": email, "index": blind_index("email", email)}
        return CaseFactory.create(**{"subject": alice.subject, "contact": contact, **fields})

    return make
