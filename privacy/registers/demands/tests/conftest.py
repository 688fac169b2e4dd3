"""A policy, a court with a file, and three of legal: rita files, sven and tara approve."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import today
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.services import Demand, approve_demand, file_demand
from privacy.registers.models import RecipientFile
from privacy.registers.tests.test_disclosures import keep
from privacy.testing.cast import make_user

NOTE = "The court names the account, and its logins alone would not show the payment."


@pytest.fixture
def court(demo_policy: PolicyVersion) -> RecipientFile:
    allowed = ["identification", "account", "preferences", "support"]
    return keep("court", policy_code="authorities", contract="", contract_on=None, policy_url="", categories=allowed)


@pytest.fixture
def rita(db: None) -> User:
    return make_user("rita@kept.example", "file_demand", "approve_demand", is_staff=True)


@pytest.fixture
def sven(db: None) -> User:
    return make_user("sven@kept.example", "file_demand", "approve_demand", is_staff=True)


@pytest.fixture
def tara(db: None) -> User:
    return make_user("tara@kept.example", "approve_demand", is_staff=True)


def asked(**more: Any) -> Demand:
    values: dict[str, Any] = {
        "kind": "email",
        "identifier": "alice@example.com",
        "recipient": "court",
        "instrument": "Order 7 Gs 12/26",
        "dated_on": today() - dt.timedelta(days=3),
        "ground": "legal_process",
        "categories": ("identification",),
        "necessity": NOTE,
    }
    return Demand(**{**values, **more})


def approve(row: LegalDemand, *users: User) -> LegalDemand:
    """Each of them approves what stands there now."""
    for user in users:
        row.refresh_from_db()
        approve_demand(demand_id=row.pk, version=row.version, actor=Actor.staff(user.pk), now=clock.now())
    row.refresh_from_db()
    return row


@pytest.fixture
def file(court: RecipientFile, alice: User, rita: User) -> Callable[..., LegalDemand]:
    def make(**more: Any) -> LegalDemand:
        return file_demand(demand=asked(**more), actor=Actor.staff(rita.pk), now=clock.now())

    return make
