"""A legal hold that is placed between the approval and the run still keeps its rows, in an outside system too."""

import json
from collections.abc import Callable

import pytest

from accounts.models import User
from dsr.models import Letter, ReceiptRow, RequestItem, Step, SubjectRequest
from dsr.services import approving, planning
from dsr.states import Answer, State
from dsr.tests.conftest import Shop
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data import guards
from privacy.retention.holding import held_by_law
from privacy.retention.models import LegalHold
from privacy.retention.services import place_hold, release_hold
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db

MakeCase = Callable[..., SubjectRequest]
SENTENCE = "It is needed to establish, exercise or defend legal claims."


@pytest.fixture(autouse=True)
def real_holds(monkeypatch: pytest.MonkeyPatch, house: None) -> None:
    monkeypatch.setattr(guards, "_guards", {"legal_holds": held_by_law})


def approve(case: SubjectRequest, lena: User, nora: User) -> None:
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())


def hold(lena: User, **targets: object) -> LegalHold:
    values = {"reason": "Matter 12", "ground": "legal_claims", **targets}
    return place_hold(actor=Actor.staff(lena.pk, via="console"), now=clock.now(), **values)  # type: ignore[arg-type]  # the test's own keywords


@pytest.mark.parametrize("by", ["person", "table", "system", "both"])
def test_rows_of_the_shop_stay_and_the_answer_says_why(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, alice: User, by: str
) -> None:
    case = make_case()
    approve(case, lena, nora)
    targets: dict[str, dict[str, object]] = {
        "person": {"subject_ids": [alice.subject_id]},
        "table": {"tables": ["shop.orders"]},
        "system": {"tables": ["shop"]},
        "both": {"tables": ["shop.orders"], "subject_ids": [alice.subject_id]},
    }
    placed = hold(lena, **targets[by])
    run_until_empty()
    case.refresh_from_db()
    step = Step.objects.get(handler="shop")
    assert len(shop.rows) == 3 and shop.calls == []
    assert case.state == State.CLOSED
    assert (step.answer, step.removed, step.retained, step.reason) == (Answer.RETAINED, 0, 2, SENTENCE)
    assert RequestItem.objects.get().outcome == "partly"
    (line,) = [line for line in json.loads(ReceiptRow.objects.get().body)["held_later"] if line["system"] == "shop"]
    assert line == {
        "system": "shop",
        "label": "Shop",
        "table": "orders",
        "rows": 2,
        "ground": "legal_claims",
        "until": placed.review_on.isoformat(),
        "is_held": True,
    }
    letter = Letter.objects.get(kind="answer").text
    assert f"- Shop: 2 records kept, nothing to erase. {SENTENCE}" in letter
    stays = letter.partition("WHAT STAYS, AND WHY")[2]
    assert f"{SENTENCE} (Art. 17(3)(e) GDPR)" in stays
    review = f"{placed.review_on.day} {placed.review_on:%B %Y}"
    assert f"- Shop, orders: 2 records, held for now; we look at it again by {review}" in stays
    assert "WHAT STILL HAS TO BE DONE" not in letter
    page = signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    assert SENTENCE in page


def test_another_persons_hold_keeps_nothing_here(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, bob: User
) -> None:
    case = make_case()
    approve(case, lena, nora)
    hold(lena, subject_ids=[bob.subject_id])
    run_until_empty()
    assert shop.rows == {"3": "bob@example.com"} and len(shop.calls) == 1
    assert Step.objects.get(handler="shop").retained == 0


def test_a_hold_released_before_the_run_keeps_nothing(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, alice: User
) -> None:
    case = make_case()
    approve(case, lena, nora)
    placed = hold(lena, subject_ids=[alice.subject_id])
    release_hold(hold=placed, actor=Actor.staff(lena.pk), now=clock.now())
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.CLOSED and shop.rows == {"3": "bob@example.com"}


def test_a_hold_on_some_rows_leaves_the_others_to_go(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case()
    approve(case, lena, nora)
    some = guards.Held(SENTENCE, "legal_claims")
    monkeypatch.setattr(
        guards, "_guards", {"some": lambda person, table, keys: {key: some for key in keys if key == "1"}}
    )
    run_until_empty()
    step = Step.objects.get(handler="shop")
    assert set(shop.rows) == {"1", "3"} and (step.removed, step.retained, step.answer) == (1, 1, Answer.DONE)
    case.refresh_from_db()
    assert case.state == State.CLOSED and RequestItem.objects.get().outcome == "partly"
