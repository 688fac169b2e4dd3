"""What the tests of retention share: old logins, and a rule that is switched on."""

import datetime as dt
from collections.abc import Callable

import factory
import pytest

from accounts.models import LoginEvent, User
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.policy.models import PolicyVersion
from privacy.retention import paging
from privacy.retention.services import dry_run, enable_rule
from privacy.testing.cast import make_user
from privacy.testing.factories import EndedLoginFactory

CODE = "login_history"
OldLogins = Callable[..., list[LoginEvent]]


def make_old_logins(user: User, count: int, *, days: int = 500) -> list[LoginEvent]:
    """Logins of a person that ended this many days ago; several share one moment."""
    at = clock.now() - dt.timedelta(days=days)
    moments = factory.Iterator([at + dt.timedelta(seconds=number // 3) for number in range(count)])
    return EndedLoginFactory.rows(count, subject=user.subject, logged_in_at=moments, expires_at=at, logged_out_at=at)


@pytest.fixture
def ines(demo_policy: PolicyVersion) -> Actor:
    """Somebody of legal who may switch rules."""
    return Actor.staff(make_user("ines@kept.example", "switch_rules", "manage_holds", is_staff=True).pk, via="console")


@pytest.fixture
def rule_on(ines: Actor) -> Actor:
    """The rule of the login history, switched on after a dry run."""
    dry_run(code=CODE, actor=ines, now=clock.now())
    enable_rule(code=CODE, actor=ines, now=clock.now())
    return ines


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(paging, "ROWS", 10)
    return 10
