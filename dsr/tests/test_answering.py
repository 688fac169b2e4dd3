"""Every right is answered: decided one by one, done as decided, and told in one letter."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from consent.models import ConsentEvent
from consent.selectors import decide_for
from consent.terms import forget_terms
from consent.tests.conftest import choose
from dsr.decisions.models import ConsequenceQuestion
from dsr.models import HistoryRow, Letter, SubjectRequest, SystemAnswer
from dsr.outcomes import Decision
from dsr.services import answering, approving, deciding, planning
from dsr.services.consequences import answer_consequence
from dsr.services.links import make_link
from dsr.states import Right, State
from dsr.tests.conftest import Shop, approve_open
from privacy.audit.models import AuditEvent
from privacy.jobs.models import CapturedMail, Job, JobState
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.personal_data.models import PreparedPackage, Restriction
from privacy.personal_data.prepared import ANSWER_GOOD_FOR, sweep_packages
from privacy.personal_data.restricting import lift_due
from privacy.personal_data.selectors import is_restricted
from privacy.testing.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
WORDS = "We looked at every place where this could be."


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> None:
    settings.KEPT_FILES = tmp_path / "files"
    forget_terms()


def answer(case: SubjectRequest, right: str, user: User, outcome: str = "fulfilled", **more: Any) -> None:
    item = case.items.get(right=right)
    answering.answer_item(item=item, decision=Decision(outcome, **more), actor=Actor.staff(user.pk), now=clock.now())
    approve_open(case)


def send(case: SubjectRequest, user: User) -> None:
    answering.send_answer(subject_request=case, actor=Actor.staff(user.pk), now=clock.now())
    case.refresh_from_db()


def build(case: SubjectRequest, user: User) -> PreparedPackage:
    answering.build_case_package(subject_request=case, actor=Actor.staff(user.pk), now=clock.now())
    run_until_empty()
    return PreparedPackage.objects.get(case_id=case.pk, state="ready")


def taken(answer: Any) -> bytes:
    """The file that was handed out; nothing where none was."""
    return b"".join(answer.streaming_content) if answer.streaming else b""


def download(case: SubjectRequest) -> bytes:
    token = make_link(subject_request=case, kind="status", now=clock.now())
    return taken(Client().post(f"/requests/status/{token}/package/"))


# --- Access ------------------------------------------------------------------------------------


@pytest.mark.promise(64)
@pytest.mark.promise(74)
def test_access_from_the_package_to_the_download(asking: MakeCase, shop: Shop, lena: User, bob: User) -> None:
    case = asking(Right.ACCESS, Right.PORTABILITY)
    with pytest.raises(DomainError, match="Build the package"):
        answer(case, Right.ACCESS, lena)
    build(case, lena)
    answer(case, Right.ACCESS, lena)
    with pytest.raises(DomainError, match="portability"):
        send(case, lena)
    assert not download(case)  # nothing is released before the answer
    answer(case, Right.PORTABILITY, lena)
    send(case, lena)
    assert case.state == State.CLOSED
    letter = Letter.objects.get()
    assert "SEE WHAT YOU HAVE ABOUT ME" in letter.text and "waits for you" in letter.text
    with zipfile.ZipFile(io.BytesIO(download(case))) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "alice@example.com" in text and "bob@example.com" not in text
    assert download(case)
    assert PreparedPackage.objects.get().downloads == 2
    assert AuditEvent.objects.filter(type="personal_data.package_taken").count() == 2


def test_the_package_goes_by_time_and_by_an_old_link_nobody_gets_it(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.ACCESS)
    build(case, lena)
    answer(case, Right.ACCESS, lena)
    send(case, lena)
    old = make_link(subject_request=case, kind="status", now=clock.now() - dt.timedelta(minutes=11))
    page = Client().get(f"/requests/status/{old}/").content.decode()
    assert "Ask for a fresh link" in page and "Download my data" not in page
    assert Client().post(f"/requests/status/{old}/package/").status_code == 302
    assert Client().get(f"/requests/status/{old}/package/").status_code == 405
    sweep_packages(now=clock.now() + ANSWER_GOOD_FOR + dt.timedelta(minutes=1))
    assert PreparedPackage.objects.get().state == "expired" and not download(case)


def test_the_signed_in_person_proves_it_again_and_nobody_else_gets_it(
    asking: MakeCase, shop: Shop, lena: User, alice: User, bob: User
) -> None:
    case = asking(Right.ACCESS)
    build(case, lena)
    answer(case, Right.ACCESS, lena)
    send(case, lena)
    path = f"/requests/{case.pk}/package/"
    client = signed_in(alice)
    assert client.post(path)["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert taken(client.post(path)).startswith(b"PK")
    other = signed_in(bob)
    other.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert other.post(path).status_code == 404


def test_a_silent_system_keeps_the_answer_back_until_built_again(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.ACCESS)
    shop.is_down = True
    build(case, lena)
    with pytest.raises(DomainError, match="not whole"):
        answer(case, Right.ACCESS, lena)
    shop.is_down = False
    answering.build_again(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    run_until_empty()
    answer(case, Right.ACCESS, lena)
    send(case, lena)
    assert case.state == State.CLOSED


def test_an_access_is_answered_before_the_erasure_and_outlives_it(
    asking: MakeCase, shop: Shop, lena: User, nora: User
) -> None:
    case = asking(Right.ACCESS, Right.ERASURE)
    with pytest.raises(DomainError, match="other rights"):
        planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    build(case, lena)
    answer(case, Right.ACCESS, lena)
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.CLOSED
    text = Letter.objects.get().text
    assert "SEE WHAT YOU HAVE ABOUT ME" in text and "waits for you" in text
    assert download(case).startswith(b"PK")


# --- What is done for the other rights -------------------------------------------------------------


@pytest.mark.promise(77)
def test_a_restriction_stands_at_once_and_the_gate_refuses(
    asking: MakeCase, shop: Shop, lena: User, alice: User, demo_policy: Any
) -> None:
    case = asking(Right.RESTRICTION)
    choose(alice, "newsletter", allow=True)
    with pytest.raises(InvalidInput, match="Shop") as missing:
        answer(case, Right.RESTRICTION, lena)
    assert missing.value.field == "systems"
    assert not Restriction.objects.exists()
    answer(case, Right.RESTRICTION, lena, systems={"shop": "done"})
    assert is_restricted(alice.subject_id)
    assert decide_for([alice.subject_id], "newsletter", now=clock.now()).reason == "restricted"
    send(case, lena)
    assert "- Shop: done" in Letter.objects.get().text


@pytest.mark.promise(77)
def test_a_restriction_ends_only_after_it_was_announced(asking: MakeCase, shop: Shop, lena: User, alice: User) -> None:
    case = asking(Right.RESTRICTION)
    answer(case, Right.RESTRICTION, lena, systems={"shop": "done"})
    send(case, lena)
    client, path = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}/lift/"
    assert path in client.get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    client.post(path, {"words": "too short"})
    assert not Restriction.objects.exclude(lift_on=None).exists()
    client.post(path, {"words": WORDS})
    today = clock.local_date(clock.now(), "Asia/Kolkata")
    assert Restriction.objects.get().lift_on == today + dt.timedelta(days=7)
    assert WORDS in Letter.objects.get(kind="lifting").text
    lift_due(today=today + dt.timedelta(days=6), actor=SYSTEM, now=clock.now())
    assert is_restricted(alice.subject_id)
    assert lift_due(today=today + dt.timedelta(days=7), actor=SYSTEM, now=clock.now()) == 1
    assert not is_restricted(alice.subject_id)
    assert lift_due(today=today + dt.timedelta(days=7), actor=SYSTEM, now=clock.now()) == 0


def test_an_objection_ends_uses_from_the_day_it_came(
    asking: MakeCase, shop: Shop, lena: User, alice: User, demo_policy: Any
) -> None:
    case = asking(Right.OBJECTION)
    choose(alice, "newsletter", allow=True)
    with pytest.raises(InvalidInput, match="uses"):
        answer(case, Right.OBJECTION, lena)
    answer(case, Right.OBJECTION, lena, purposes=("newsletter", "usage_analytics"))
    person = Actor.subject(alice.subject_id, via="account")  # the second use has a consequence: it is theirs to confirm
    answer_consequence(question=ConsequenceQuestion.objects.get(), is_confirmed=True, actor=person, now=clock.now())
    assert decide_for([alice.subject_id], "usage_analytics", now=clock.now()).reason == "objected"
    assert not decide_for([alice.subject_id], "newsletter", now=clock.now()).allowed
    events = ConsentEvent.objects.exclude(status="given")
    assert events.count() == 2 and {event.said_at for event in events} == {case.received_at}


def test_a_correction_needs_words_and_every_system(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.RECTIFICATION)
    with pytest.raises(InvalidInput, match="plain words"):
        answer(case, Right.RECTIFICATION, lena, systems={"shop": "done"})
    answer(case, Right.RECTIFICATION, lena, words=WORDS, systems={"shop": "nothing_held"})
    send(case, lena)
    assert WORDS in Letter.objects.get().text and "nothing held about you" in Letter.objects.get().text


def test_a_question_is_answered_in_words_without_knowing_who_asks(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.QUESTION, identity_level="V0", subject=None)
    answer(case, Right.QUESTION, lena, words=WORDS)
    send(case, lena)
    run_until_empty()
    assert WORDS in CapturedMail.objects.get().text and case.state == State.CLOSED


# --- What is refused -------------------------------------------------------------------------------


def test_a_refusal_names_a_ground_that_fits_and_reasons(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.OBJECTION, Right.QUESTION)
    for more, field in (
        ({}, "ground"),
        ({"ground": "accurate", "words": WORDS}, "ground"),
        ({"ground": "compelling_grounds"}, "words"),
    ):
        with pytest.raises(InvalidInput) as refused:
            answer(case, Right.OBJECTION, lena, "refused", **more)
        assert refused.value.field == field
    with pytest.raises(InvalidInput):
        answer(case, Right.QUESTION, lena, "refused", words=WORDS)
    answer(case, Right.OBJECTION, lena, "refused", ground="compelling_grounds", words=WORDS)
    answer(case, Right.QUESTION, lena, words=WORDS)
    send(case, lena)
    assert case.state == State.CLOSED and "Art. 21(1)" in Letter.objects.get().text


def test_all_refused_is_a_refused_case(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.ERASURE)
    with pytest.raises(DomainError, match="prepared"):
        answer(case, Right.ERASURE, lena)
    answer(case, Right.ERASURE, lena, "refused", ground="unfounded", words=WORDS)
    send(case, lena)
    assert case.state == State.REFUSED


def test_who_is_not_known_gets_no_data_and_no_change(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.ACCESS, Right.RESTRICTION, identity_level="V0")
    with pytest.raises(DomainError, match="who asks"):
        answering.build_case_package(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    with pytest.raises(DomainError, match="who asks"):
        answer(case, Right.RESTRICTION, lena, systems={"shop": "done"})
    assert not Restriction.objects.exists() and not PreparedPackage.objects.exists()


def test_twice_and_too_late(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.QUESTION, Right.OBJECTION)
    answer(case, Right.QUESTION, lena, words=WORDS)
    with pytest.raises(StaleState):
        answer(case, Right.QUESTION, lena, words=WORDS)
    with pytest.raises(DomainError, match="right by right"):
        deciding.refuse_subject_request(
            subject_request=case, ground="unfounded", reasons=WORDS, actor=Actor.staff(lena.pk), now=clock.now()
        )
    answer(case, Right.OBJECTION, lena, "refused", ground="unfounded", words=WORDS)
    send(case, lena)
    with pytest.raises(DomainError):
        send(case, lena)
    assert Letter.objects.count() == 1 and HistoryRow.objects.filter(kind="item_answered").count() == 2


# --- Pages -----------------------------------------------------------------------------------------


def test_the_whole_way_in_the_console(asking: MakeCase, shop: Shop, lena: User, demo_policy: Any) -> None:
    case = asking(Right.ACCESS, Right.RECTIFICATION, Right.OBJECTION)
    client = signed_in(lena)
    home = f"/console/dsr/subjectrequest/{case.pk}/change/"
    assert "Read and send" not in client.get(home).content.decode()
    pages = {item.right: f"/console/dsr/subjectrequest/answer/{item.pk}/" for item in case.items.all()}
    assert "Not built yet" in client.get(pages[Right.ACCESS]).content.decode()
    client.post(f"/console/dsr/subjectrequest/{case.pk}/package/", {"item": case.items.get(right=Right.ACCESS).pk})
    run_until_empty()
    client.post(pages[Right.ACCESS], {"outcome": "fulfilled"})
    page = client.post(pages[Right.RECTIFICATION], {"outcome": "fulfilled", "words": WORDS}).content.decode()
    assert "silence is no answer" in page
    client.post(pages[Right.RECTIFICATION], {"outcome": "fulfilled", "words": WORDS, "system:shop": "done"})
    client.post(pages[Right.OBJECTION], {"outcome": "fulfilled", "purposes": ["newsletter"]})
    page = client.get(home).content.decode()
    assert "Read and send" in page
    sending = f"/console/dsr/subjectrequest/{case.pk}/send/"
    assert "CORRECT MY DATA" in client.get(sending).content.decode()
    client.post(sending)
    case.refresh_from_db()
    assert case.state == State.CLOSED and Job.objects.filter(state=JobState.NEEDS_HUMAN).count() == 0


def test_nobody_without_the_right_decides(asking: MakeCase, shop: Shop, omar: User) -> None:
    case = asking(Right.QUESTION)
    client = signed_in(omar)
    for path in (
        f"/console/dsr/subjectrequest/answer/{case.items.get().pk}/",
        f"/console/dsr/subjectrequest/{case.pk}/send/",
    ):
        assert client.get(path).status_code == 403
        assert client.post(path, {"outcome": "fulfilled", "words": WORDS}).status_code == 403
    assert client.post(f"/console/dsr/subjectrequest/{case.pk}/package/").status_code == 403
    case.refresh_from_db()
    assert case.state == State.RECEIVED


@pytest.mark.promise(75)
def test_a_system_that_does_not_do_it_needs_its_ground_words_and_day(asking: MakeCase, shop: Shop, lena: User) -> None:
    case = asking(Right.RECTIFICATION)
    item, path = case.items.get(), f"/console/dsr/subjectrequest/answer/{case.items.get().pk}/"
    base = {"outcome": "partly", "ground": "accurate", "words": WORDS * 3, "system:shop": "not_offered"}
    why = {"ground:shop": "accurate", "words:shop": WORDS * 3, "review:shop": "2099-01-01"}
    browser = signed_in(lena)
    for lacks in why:
        answered = browser.post(path, {**base, **why, lacks: ""})
        assert answered.status_code == 200 and "Shop" in answered.content.decode()
    assert "choose to do it in part" in browser.post(path, {**base, **why, "outcome": "fulfilled"}).content.decode()
    browser.post(path, {**base, **why})
    approve_open(case)
    said = SystemAnswer.objects.get(item=item)
    assert (said.answer, said.ground, str(said.review_on)) == ("not_offered", "accurate", "2099-01-01")
    assert "cannot do this" in answering.letter_preview(case)
    assert not [one for one in answering.letter_findings(case) if one.stops]
