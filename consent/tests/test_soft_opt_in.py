"""Soft opt-in rests on two recorded proofs, and never on a yes that somebody took back."""

import datetime as dt
import json
import uuid
from dataclasses import replace

import pytest
from django.test import Client

from accounts.api_keys import make_api_key
from accounts.models import User
from consent.models import ConsentEvent, SoftOptInProof
from consent.soft_opt_in import Proofs, record_soft_opt_in
from consent.tests.conftest import Ask, choose
from consent.tests.policies import with_purpose
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.models import Subject

pytestmark = pytest.mark.django_db
SOLD = dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC)
PROOFS = Proofs("purchase", "order 4711", SOLD.date(), "crm", "You can say no to mail here.", SOLD)


@pytest.fixture(autouse=True)
def soft_newsletter(ask: Ask) -> None:
    proofs = {"similar_to": "our CRM", "opt_out_offer": "You can say no to mail here."}
    with_purpose("newsletter", basis="soft_opt_in", double_opt_in=False, **proofs)


def prove(user: User, proofs: Proofs = PROOFS, purpose: str = "newsletter") -> list[ConsentEvent]:
    return record_soft_opt_in(
        subject_id=user.subject_id, purpose_code=purpose, proofs=proofs, actor=SYSTEM, now=clock.now()
    )


def test_without_proofs_it_is_denied_and_with_both_allowed(ask: Ask, alice: User) -> None:
    assert ask(purpose="newsletter")["reason"] == "proofs_missing"
    [event] = prove(alice)
    answer = ask(purpose="newsletter", channel="email")
    assert (answer["decision"], answer["reason"], answer["basis"]) == ("allow", "proofs_held", "soft_opt_in")
    assert answer["event_id"] == str(event.pk)
    proof = SoftOptInProof.objects.get()
    assert (proof.sale, proof.product, proof.event_id) == ("purchase", "crm", event.pk)
    assert "4711" not in str({**proof.__dict__, **event.__dict__})
    assert prove(alice) == []
    assert verify_ledger(now=clock.now()).faults == []


def test_a_free_account_is_a_sale(ask: Ask, alice: User) -> None:
    prove(alice, replace(PROOFS, sale="free_account"))
    assert ask(purpose="newsletter")["decision"] == "allow"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sale": "gift"}, "sale"),
        ({"reference": " "}, "reference"),
        ({"offer": ""}, "offer"),
        ({"product": "alice@example.com"}, "product"),
        ({"offered_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "offered_at"),
        ({"sold_on": dt.date(2999, 1, 1)}, "sold_on"),
    ],
)
def test_one_proof_alone_is_none(ask: Ask, alice: User, change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        prove(alice, replace(PROOFS, **change))  # type: ignore[arg-type]  # each case is wrong in its own way
    assert error.value.field == field
    assert ask(purpose="newsletter")["reason"] == "proofs_missing"


def test_proofs_never_answer_a_no(ask: Ask, alice: User) -> None:
    choose(alice, "newsletter", allow=False)
    assert prove(alice) == []
    assert ask(purpose="newsletter")["reason"] == "refused"


def test_a_no_after_the_proofs_denies(ask: Ask, alice: User) -> None:
    prove(alice)
    choose(alice, "newsletter", allow=False)
    assert ask(purpose="newsletter")["reason"] == "withdrawn"


def test_a_purpose_on_consent_takes_no_proofs(ask: Ask, alice: User) -> None:
    with pytest.raises(DomainError, match="soft opt-in"):
        prove(alice, purpose="product_news")


def report(status: int = 200, scope: str = "sales", **more: object) -> dict[str, object]:
    key = make_api_key(
        label=f"shop {uuid.uuid4().hex[:12]}",
        scopes=scope,
        actor=SYSTEM,
        now=clock.now(),
    )
    body = {
        "subject": {"email": "alice@example.com"},
        "purpose": "newsletter",
        "sale": "purchase",
        "reference": "order 4711",
        "sold_on": "2026-05-01",
        "product": "crm",
        "offer": "You can say no to mail here.",
        "offered_at": SOLD.isoformat(),
    }
    answer = Client().post(
        "/api/v1/sales",
        json.dumps(body | more),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == status, answer.content
    return answer.json()  # type: ignore[no-any-return]  # JSON


def test_a_shop_records_both_proofs_once(ask: Ask, alice: User) -> None:
    assert report() == {"recorded": True}
    assert ask(purpose="newsletter", channel="email")["reason"] == "proofs_held"
    assert report() == {"recorded": False} and SoftOptInProof.objects.count() == 1


def test_a_shop_cannot_undo_a_no_nor_invent_a_person_for_nothing(ask: Ask, alice: User) -> None:
    choose(alice, "newsletter", allow=False)
    assert report() == {"recorded": False}
    assert ask(purpose="newsletter", channel="email")["decision"] == "deny"
    before = Subject.objects.count()
    report(400, subject={"email": "new@example.com"}, offered_at="tomorrow")
    report(401, scope="decisions")
    report(400, subject={"email": "new@example.com"}, purpose="click_tracking")
    assert Subject.objects.count() == before
