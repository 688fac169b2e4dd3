"""The paper archive: a desk of the house's own people, and one of somebody outside."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.tests.conftest import asking, house, make_case
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.tending import tend_questions
from privacy.kernel import clock
from privacy.personal_data.contract import Handler, handlers
from privacy.testing.cast import make_user

__all__ = ["asking", "house", "make_case"]
SYSTEMS = """
systems:
  - key: archive
    kind: desk
    label: Paper archive
    owner: {owner}
    deputy: {deputy}
    holds: [letters, contracts=contract]
    keeps: [contracts=legal_obligation 10 years]
    note: Shelf 12, then the cellar.
"""
Connect = Callable[..., Handler]


@pytest.fixture
def paula(db: None) -> User:
    """The archivist, who may do nothing else here."""
    return make_user("paula@kept.example", is_staff=True)


@pytest.fixture
def piet(db: None) -> User:
    """Her deputy."""
    return make_user("piet@kept.example", is_staff=True)


@pytest.fixture
def connect(paula: User, piet: User, tmp_path: Path) -> Connect:
    def run(owner: str = "paula@kept.example", deputy: str = "piet@kept.example") -> Handler:
        file = tmp_path / "systems.yaml"
        file.write_text(SYSTEMS.format(owner=owner, deputy=deputy or '""'), encoding="utf-8")
        call_command("connect", str(file), stdout=StringIO())
        return handlers.get("archive")

    return run


@pytest.fixture
def archive(connect: Connect) -> Handler:
    return connect()


@pytest.fixture
def due_case(asking: Callable[..., SubjectRequest]) -> Callable[..., SubjectRequest]:
    """A received case of alice that is due in three weeks."""

    def make(*rights: str) -> SubjectRequest:
        day = clock.now().date() + dt.timedelta(days=21)
        return asking(*rights, due_on=day, safe_on=day)

    return make


def asked(ask: str) -> DeskQuestion:
    """Let the job run; the one open question of this kind."""
    tend_questions(now=clock.now())
    return DeskQuestion.objects.get(ask=ask, state="open")
