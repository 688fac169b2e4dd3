"""Letters through the services and the console: what the lint stops never leaves and changes nothing."""

import html
import re
import socket
from collections.abc import Callable

import pytest
from aiosmtpd.controller import Controller
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import Letter, RequestItem, SubjectRequest
from dsr.outcomes import Decision
from dsr.services import answering, approving, deciding, planning
from dsr.services.letters import keep_and_send
from dsr.states import Right, State
from dsr.tests.conftest import Shop, approve_open
from privacy.jobs.models import OutboxMessage, SendState
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


class Refusing:
    """A mail server that takes no mail of this sender."""

    asked = 0

    async def handle_MAIL(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked += 1
        return "550 not from you"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


REASONS = "You sent the same request eleven times this month."


def state_of(code: str) -> ControlState:
    return next(control for control in controls() if control.code == code).answer().state


def refuse(case: SubjectRequest, lena: User) -> Letter:
    deciding.refuse_subject_request(
        subject_request=case, ground="unfounded", reasons=REASONS, actor=Actor.staff(lena.pk), now=clock.now()
    )
    approve_open(case)
    return Letter.objects.get(subject_request=case, kind="refusal")


def erase(case: SubjectRequest, lena: User, nora: User) -> None:
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    run_until_empty()


@pytest.mark.promise(72)
def test_s72_a_refusal_names_ground_article_authority_and_court(make_case: MakeCase, shop: Shop, lena: User) -> None:
    letter = refuse(make_case(region="FR"), lena)
    for words in (
        "- Delete my data",
        "We do not do it. The request is manifestly unfounded or excessive. (Art. 12(5)",
        REASONS,
        "Nothing else was done",
        "CNIL",
        "75334 Paris",
        "https://www.cnil.fr",
        "Art. 77 GDPR",
        "court (Art. 79 GDPR)",
        letter.subject_request.reference,
    ):
        assert words in letter.text, words
    assert state_of("dsr.letters_are_whole") is ControlState.GREEN
    RequestItem.objects.update(ground="")
    assert state_of("dsr.letters_are_whole") is ControlState.RED
    RequestItem.objects.update(ground="unfounded")
    Letter.objects.all().delete()
    assert state_of("dsr.letters_are_whole") is ControlState.RED


@pytest.mark.promise(72)
def test_s72_what_the_lint_stops_leaves_nothing_behind(
    make_case: MakeCase, shop: Shop, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case()
    monkeypatch.setattr("dsr.services.letter_facts.authorities_for", lambda **_: ())
    with pytest.raises(DomainError, match="lacks where to complain"):
        refuse(case, lena)
    case.refresh_from_db()
    assert case.state == State.RECEIVED
    assert not Letter.objects.exists() and not OutboxMessage.objects.exists()
    assert not RequestItem.objects.exclude(outcome="").exists()


def test_s72_off(make_case: MakeCase, shop: Shop, lena: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dsr.services.letter_facts.authorities_for", lambda **_: ())
    with switched_off("dsr.letters_are_whole"):
        assert "CNIL" not in refuse(make_case(region="FR"), lena).text


@pytest.mark.promise(82)
def test_s82_the_letter_lists_what_stays_why_and_until_when(
    make_case: MakeCase, shop: Shop, lena: User, nora: User
) -> None:
    case = make_case()
    erase(case, lena, nora)
    stays = Letter.objects.get(kind="answer").text.partition("WHAT STAYS, AND WHY")[2]
    assert "We must be able to show what we did with your request. (Art. 5(2)" in stays
    assert "as long as the record of your request" in stays or ", until " in stays
    assert state_of("dsr.stays_are_listed") is ControlState.GREEN


def test_s82_off_stops_at_the_lint(make_case: MakeCase, shop: Shop, lena: User, nora: User) -> None:
    case = make_case()
    with switched_off("dsr.stays_are_listed"):
        erase(case, lena, nora)
    case.refresh_from_db()
    assert case.state != State.CLOSED and not Letter.objects.exists()


def test_a_letter_of_a_case_with_another_law_and_two_of_a_kind(make_case: MakeCase, shop: Shop, lena: User) -> None:
    case = make_case(regime="US-VA", region="US-VA")
    text = refuse(case, lena).text
    assert "APPEAL" in text and "Attorney General of Virginia" in text
    for _ in range(2):
        keep_and_send(subject_request=case, kind="lifting", text=f"{case.reference} is here.", now=clock.now())
    assert [letter.number for letter in Letter.objects.filter(kind="lifting").order_by("number")] == [1, 2]
    assert OutboxMessage.objects.count() == 3


def test_a_text_of_another_hand_needs_its_reference_and_no_holes(make_case: MakeCase, shop: Shop) -> None:
    case = make_case()
    for text in ("Something without it", f"{case.reference} {{{{ name }}}}"):
        with pytest.raises(DomainError):
            keep_and_send(subject_request=case, kind="answer", text=text, now=clock.now())
    assert not Letter.objects.exists()


def test_the_preview_shows_what_the_lint_says(
    make_case: MakeCase, shop: Shop, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(region="FR")
    RequestItem.objects.all().delete()
    item = RequestItem.objects.create(subject_request=case, right=Right.QUESTION)
    decision = Decision(outcome="fulfilled", words="We keep invoices for ten years because of tax law.")
    answering.answer_item(item=item, decision=decision, actor=Actor.staff(lena.pk), now=clock.now())
    client, path = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}/send/"
    page = client.get(path).content.decode()
    assert "What the lint says" in page and "Send this answer" in page and "whole" in page
    monkeypatch.setattr("dsr.services.letter_facts.authorities_for", lambda **_: ())
    page = client.get(path).content.decode()
    assert "stops it" in page and "lacks where to complain" in page and "Send this answer" not in page
    assert "lacks where to complain" in client.post(path, follow=True).content.decode()
    case.refresh_from_db()
    assert case.state == State.RECEIVED and not Letter.objects.exists()


def test_a_finished_case_whose_last_mail_fails_stays_finished(
    make_case: MakeCase, shop: Shop, lena: User, settings: Settings
) -> None:
    """A real server refuses the mail for good: the answer stands on the case page, only its mail needs somebody."""
    handler = Refusing()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.KEPT_SMTP_URL = f"smtp://127.0.0.1:{controller.port}"
    try:
        case = make_case()
        letter = refuse(case, lena)
        run_until_empty()
    finally:
        controller.stop()
    case.refresh_from_db()
    assert handler.asked == 1 and OutboxMessage.objects.get().state == SendState.GIVEN_UP
    assert case.state == State.REFUSED and case.closed_at is not None
    page = signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    assert REASONS in page and Letter.objects.get(pk=letter.pk).text
    assert 'badge-danger">was refused by the mail server' in page  # staff see it at the case
    boss = make_user("boss@kept.example", "view_outboxmessage", "work_subject_request", is_staff=True)
    first = signed_in(boss).get("/console/").content.decode()  # and on the first page of the console
    assert "Mails that need a person" in first and "They may not have arrived." in first
    listed = html.unescape(re.findall(r'href="([^"]*outboxmessage/[?]waits[^"]*)"', first)[0])
    assert str(OutboxMessage.objects.get().pk) in signed_in(boss).get(listed).content.decode()
    assert run_until_empty() == 0


def test_a_mail_server_that_is_down_does_not_open_the_case_again(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, settings: Settings
) -> None:
    settings.KEPT_SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    case = make_case()
    erase(case, lena, nora)
    case.refresh_from_db()
    assert case.state == State.CLOSED and OutboxMessage.objects.get().state == SendState.QUEUED
