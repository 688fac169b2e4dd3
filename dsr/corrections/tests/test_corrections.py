"""A correction reaches our tables and every connected system, with old and new values and an answer from each."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from dsr.corrections import services
from dsr.corrections.models import Correction, CorrectionResult
from dsr.corrections.selectors import shown_corrections
from dsr.corrections.services import correct_value
from dsr.models import HistoryRow, Letter, RequestItem, SubjectRequest, SystemAnswer
from dsr.notices.models import Task
from dsr.outcomes import Decision
from dsr.services import answering
from dsr.states import State
from dsr.tests.conftest import Shop
from privacy.jobs.models import Job, JobState
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data import guards
from privacy.personal_data.guards import Held
from privacy.testing.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
Ask = Callable[[str], list[Any]]
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
MINE = "SELECT full_name, phone FROM customers WHERE email = 'alice@example.com'"
WORDS = "We corrected it in every place where it stood."


def correct(
    case: SubjectRequest, lena: User, category: str = "user.name", new: str = "Alice Right", wrong: str = ""
) -> None:
    actor = Actor.staff(lena.pk, via="console")
    correct_value(subject_request=case, category=category, new=new, wrong=wrong, actor=actor, now=clock.now())


def again() -> None:
    Job.objects.filter(state=JobState.READY).update(run_after=LONG_AGO)
    run_until_empty()


@pytest.mark.promise(75)
def test_it_reaches_our_tables_and_the_shop_and_each_result_is_stored(
    case: SubjectRequest, ask: Ask, lena: User, alice: User
) -> None:
    others = ask("SELECT full_name FROM customers WHERE email <> 'alice@example.com' ORDER BY id")
    [(was, phone)] = ask(MINE)
    correct(case, lena)
    alice.refresh_from_db()
    assert alice.name == "Alice Right"
    assert ask(MINE) == [(was, phone)]  # nothing outside happens in our transaction
    again()
    assert ask(MINE) == [("Alice Right", phone)]
    assert ask("SELECT full_name FROM customers WHERE email <> 'alice@example.com' ORDER BY id") == others
    (shown,) = shown_corrections(case)
    results = {row.handler: row for row in shown.results}
    assert shown.new == "Alice Right" and was in shown.old
    outside = next(row for row in results.values() if not row.handler.startswith("accounts."))
    assert (outside.state, outside.frozen) == ("done", "") and outside.changed >= 1 and outside.verified_at
    assert results["accounts.User"].state == "done"
    item = RequestItem.objects.get()
    decision = Decision("fulfilled", words=WORDS)
    answering.answer_item(item=item, decision=decision, actor=Actor.staff(lena.pk), now=clock.now())
    assert SystemAnswer.objects.get().answer == "done"
    answering.send_answer(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    assert "Alice Right" not in json.dumps(list(HistoryRow.objects.values_list("detail", flat=True)))


@pytest.mark.promise(75)
@pytest.mark.parametrize("seam", ["_note_plan", "_end", "answer_by_itself"])
def test_killed_at_any_seam_it_ends_once_and_knows_what_stood_there(
    seam: str, case: SubjectRequest, ask: Ask, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    [(was, _)] = ask(MINE)
    correct(case, lena)
    whole, crashes = getattr(services, seam), iter([True, True])

    def crash(*args: Any, **kwargs: Any) -> Any:
        done = whole(*args, **kwargs)
        if next(crashes, False):
            raise ConnectionResetError
        return done

    monkeypatch.setattr(services, seam, crash)
    for _ in range(4):
        again()
    row = CorrectionResult.objects.exclude(handler__startswith="accounts.").get()
    assert row.state == "done" and was in json.loads(row.old) and ask(MINE)[0][0] == "Alice Right"
    assert HistoryRow.objects.filter(kind="system_answered").count() == 1


def test_only_the_wrong_value_goes_where_it_is_named(case: SubjectRequest, ask: Ask, lena: User) -> None:
    before = ask(MINE)
    correct(case, lena, new="Alice Right", wrong="Somebody Else")
    again()
    assert ask(MINE) == before
    assert CorrectionResult.objects.exclude(handler__startswith="accounts.").get().state == "nothing_held"


def test_what_a_hold_keeps_stays_as_it_was(
    case: SubjectRequest, ask: Ask, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Held("It is needed.", "legal_claims")
    monkeypatch.setattr(
        guards, "_guards", {"hold": lambda person, table, keys: dict.fromkeys(keys, hold) if "." in table else {}}
    )
    before = ask(MINE)
    correct(case, lena, category="user.contact.phone_number", new="+441")
    again()
    row = CorrectionResult.objects.exclude(handler__startswith="accounts.").get()
    assert ask(MINE) == before and row.kept >= 1


@pytest.mark.parametrize(
    ("category", "new", "field"),
    [
        ("user.name", "", "new"),
        ("user.authorization.credentials", "x", "category"),
        ("user.unique_id", "1", "category"),
    ],
)
def test_bad_input_is_refused_by_field(
    case: SubjectRequest, ask: Ask, lena: User, category: str, new: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        correct(case, lena, category, new)
    assert error.value.field == field and not Correction.objects.exists()


@pytest.mark.promise(75)
def test_a_system_that_cannot_is_a_task_and_one_that_is_silent_keeps_the_case_open(
    case: SubjectRequest, shop: Shop, lena: User
) -> None:
    correct(case, lena)
    decision = Decision("fulfilled", words=WORDS, systems={"shop": "done"})
    answering.answer_item(
        item=RequestItem.objects.get(), decision=decision, actor=Actor.staff(lena.pk), now=clock.now()
    )
    with pytest.raises(DomainError, match="has not confirmed the correction"):
        answering.send_answer(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    again()
    assert CorrectionResult.objects.get(handler="shop").state == "by_hand"
    assert Task.objects.get().about == "shop"


@pytest.mark.promise(68)
def test_a_person_corrects_their_own_data_without_staff(ask: Ask, alice: User, bob: User) -> None:
    client = signed_in(alice)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/my-data/correct/").status_code == 200
    answer = client.post("/my-data/correct/", {"category": "user.name", "new": "Alice Right"})
    assert answer.status_code == 302, answer.content.decode()[2000:6000]
    path = answer.headers["Location"]
    again()
    page = client.get(path).content.decode()
    assert "Alice Right" in page and "corrected" in page
    case = SubjectRequest.objects.get()
    assert case.state == State.CLOSED and RequestItem.objects.get().outcome == "fulfilled"
    assert Letter.objects.filter(kind="answer").count() == 1
    assert ask(MINE)[0][0] == "Alice Right"
    assert signed_in(bob).get(path).status_code == 404


def test_without_a_fresh_password_nobody_corrects(alice: User, ask: Ask) -> None:
    answer = signed_in(alice).post("/my-data/correct/", {"category": "user.name", "new": "X"})
    assert answer.status_code == 302 and not Correction.objects.exists()


def test_the_console_page_corrects_and_notes_who_read(
    case: SubjectRequest, ask: Ask, lena: User, mallory: User
) -> None:
    path = f"/console/dsr/subjectrequest/{case.pk}/correct/"
    client = signed_in(lena)
    assert client.post(path, {"category": "user.name", "new": "Alice Right"}).status_code == 302
    again()
    page = client.get(path).content.decode()
    assert "→ Alice Right" in page and "corrected" in page
    assert signed_in(mallory).get(path).status_code in {302, 403}
