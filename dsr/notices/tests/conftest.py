"""The fixtures of subject requests, and a partner that received alice's data."""

import datetime as dt

import pytest

from accounts.models import User
from dsr.tests.conftest import house, make_case, shop
from privacy.audit.services import append_evidence
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.registers.audit_events import DISCLOSED
from privacy.registers.models import Disclosure

__all__ = ["house", "make_case", "shop"]


def disclosed(user: User, recipient: str) -> Disclosure:
    """A row of the ledger: data of this person went there."""
    row = Disclosure(
        at=clock.now() - dt.timedelta(days=30),
        subject_id=user.subject_id,
        recipient=recipient,
        purpose="third_party_sharing",
        categories="identification",
        basis="consent",
        policy_on=dt.date(2018, 5, 15),
        actor_kind="system",
        idem_hash=f"{user.pk}:{recipient}"[:64],
        body_mac="",
    )
    return append_evidence(
        row,
        event=DISCLOSED,
        actor=OPERATOR,
        subject_id=user.subject_id,
        recipient=recipient,
        purpose=row.purpose,
        categories=row.categories,
        basis=row.basis,
    )


@pytest.fixture
def partner(alice: User, bob: User) -> str:
    disclosed(alice, "acme")
    disclosed(bob, "globex")
    return "acme"
