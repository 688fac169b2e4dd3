"""More time for an appeal: where a law knows it, once, inside its window, with its letter. And who decides alone."""

import datetime as dt
from collections.abc import Callable

import pytest

from accounts.models import User
from dsr.decisions.models import Appeal
from dsr.decisions.vocabulary import ALONE_AFTER
from dsr.due_dates import due_between
from dsr.models import Clock, HistoryRow, Letter, SubjectRequest
from dsr.periods import APPEAL, APPEAL_NOTICE
from dsr.services import appealing
from dsr.services.appeal_clocks import last_day_to_extend
from dsr.services.clocks import every_clock_in_force
from dsr.services.deciding import refuse_subject_request
from dsr.services.extending_appeals import extend_appeal
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed, StaleState
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
WHY = "You wrote that I asked too often, and this was my first request."
WORDS = "Three teams have to read the records that your appeal names."
Asking = Callable[..., SubjectRequest]
Approve = Callable[[SubjectRequest], None]


@pytest.fixture
def appealed(asking: Asking, shop: Shop, lena: User, nora: User, approve_all: Approve) -> Callable[[str], Appeal]:
    def make(regime: str) -> Appeal:
        case = asking(Right.ERASURE, regime=regime)
        refuse_subject_request(
            subject_request=case, ground="unfounded", reasons=WORDS, actor=Actor.staff(lena.pk), now=clock.now()
        )
        approve_all(case)
        case.refresh_from_db()
        return appealing.file_appeal(subject_request=case, words=WHY, actor=ANONYMOUS, now=clock.now())

    return make


def extend(appeal: Appeal, user: User, *, now: dt.datetime | None = None, reason: str = "complexity") -> dt.date:
    actor = Actor.staff(user.pk)
    return extend_appeal(appeal=appeal, reason=reason, words=WORDS, actor=actor, now=now or clock.now())


def day(days: int, appeal: Appeal) -> dt.date:
    return clock.local_date(appeal.received_at, "Asia/Kolkata") + dt.timedelta(days=days)


@pytest.mark.parametrize("regime", ["US-CO", "US-MN"])
def test_where_the_law_knows_it_an_appeal_has_sixty_days_more_and_a_letter(
    appealed: Callable[[str], Appeal], nora: User, regime: str
) -> None:
    appeal = appealed(regime)
    case = appeal.subject_request
    assert appeal.due_on == day(45, appeal) == last_day_to_extend(case)
    shown = due_between(day(45, appeal), day(45, appeal))
    assert [one.kinds for one in shown] == [(APPEAL, APPEAL_NOTICE)]
    assert extend(appeal, nora, now=appeal.received_at + dt.timedelta(days=40)) == day(105, appeal)
    for row in (appeal, case):
        row.refresh_from_db()
    assert appeal.due_on == case.due_on == day(105, appeal) and appeal.extended_at
    found = {row.kind: row for row in every_clock_in_force(case)}
    assert (found[APPEAL].due_on, found[APPEAL].met_at, found[APPEAL].number) == (day(105, appeal), None, 2)
    assert "Extended on" in found[APPEAL].trace and found[APPEAL_NOTICE].met_at
    assert [one.kinds for one in due_between(day(44, appeal), day(106, appeal))] == [(APPEAL,)]
    assert HistoryRow.objects.get(kind="appeal_extended").detail == day(105, appeal).isoformat()
    letter = Letter.objects.get(kind="appeal_extension")
    assert WORDS in letter.text and "It is complex." in letter.text and "at the latest" in letter.text


def test_nobody_extends_twice_late_without_reasons_or_as_nobody(appealed: Callable[[str], Appeal], nora: User) -> None:
    appeal = appealed("US-CO")
    with pytest.raises(NotAllowed):
        extend_appeal(appeal=appeal, reason="number", words=WORDS, actor=SYSTEM, now=clock.now())
    for reason, words, field in (("haste", WORDS, "reason"), ("number", "too short", "words")):
        with pytest.raises(InvalidInput) as wrong:
            extend_appeal(appeal=appeal, reason=reason, words=words, actor=Actor.staff(nora.pk), now=clock.now())
        assert wrong.value.field == field
    with pytest.raises(DomainError, match="came after the period had ended"):  # one day late
        extend(appeal, nora, now=appeal.received_at + dt.timedelta(days=46))
    with pytest.raises(DomainError, match="older than the request"):  # a clock that went back
        extend(appeal, nora, now=appeal.received_at - dt.timedelta(days=2))
    appeal.refresh_from_db()
    assert appeal.extended_at is None and not Letter.objects.filter(kind="appeal_extension").exists()
    assert Clock.objects.filter(kind=APPEAL).count() == 1
    extend(appeal, nora, now=appeal.received_at + dt.timedelta(days=45))  # the last day is in time
    with pytest.raises(StaleState, match="twice"):
        extend(appeal, nora)


@pytest.mark.parametrize("regime", ["US-VA", "US-OR", "US-NJ", "US-IA"])
def test_a_law_that_knows_no_more_time_for_an_appeal_gives_none(
    appealed: Callable[[str], Appeal], nora: User, regime: str
) -> None:
    appeal = appealed(regime)
    assert last_day_to_extend(appeal.subject_request) is None
    with pytest.raises(DomainError, match="knows no extension"):
        extend(appeal, nora)
    path = f"/console/dsr/subjectrequest/{appeal.subject_request_id}/appeal/"
    assert "Take more time" not in signed_in(nora).get(path).content.decode()
    assert "No law that counts here" in signed_in(nora).get(f"{path}extend/").content.decode()
    assert appealed_state(appeal) == (State.APPEALED, None)


def appealed_state(appeal: Appeal) -> tuple[str, dt.datetime | None]:
    appeal.refresh_from_db()
    return SubjectRequest.objects.get(pk=appeal.subject_request_id).state, appeal.extended_at


def test_a_decided_appeal_is_not_extended_and_its_clocks_rest(appealed: Callable[[str], Appeal], nora: User) -> None:
    appeal = appealed("US-CO")
    tara = make_user("tara@kept.example", "work_subject_request", is_staff=True)
    appealing.decide_appeal(appeal=appeal, is_granted=False, answer=WORDS, actor=Actor.staff(tara.pk), now=clock.now())
    with pytest.raises(StaleState):
        extend(appeal, nora)
    assert not Clock.objects.filter(kind__in=[APPEAL, APPEAL_NOTICE], met_at=None).exists()


def test_the_pages_say_until_when_and_take_it(appealed: Callable[[str], Appeal], alice: User, nora: User) -> None:
    appeal = appealed("US-CO")
    client = signed_in(nora)
    path = f"/console/dsr/subjectrequest/{appeal.subject_request_id}/appeal/"
    assert f"More time can be taken until {day(45, appeal)}" in client.get(path).content.decode()
    assert client.post(f"{path}extend/", {"reason": "complexity", "words": "short"}).status_code == 200
    assert client.post(f"{path}extend/", {"reason": "complexity", "words": WORDS}).status_code == 302
    run_until_empty()
    assert sum(mail.subject.startswith("More time for your appeal") for mail in CapturedMail.objects.all()) == 1
    assert "no law allows that twice" in client.get(path).content.decode()
    page = signed_in(alice).get(f"/requests/{appeal.subject_request_id}/").content.decode()
    assert "We need more time to answer your appeal" in page
    assert signed_in(make_user("m@kept.example", is_staff=True)).get(f"{path}extend/").status_code == 403


def test_where_nobody_else_works_on_requests_the_same_decides_a_day_later_and_the_letter_is_honest(
    appealed: Callable[[str], Appeal], lena: User, nora: User, alice: User
) -> None:
    appeal = appealed("US-VA")
    case = appeal.subject_request
    User.objects.filter(pk=nora.pk).update(is_active=False)
    decide = {"appeal": appeal, "is_granted": False, "answer": WORDS, "actor": Actor.staff(lena.pk)}
    path = f"/console/dsr/subjectrequest/{case.pk}/appeal/"
    assert "nobody else works on requests" in signed_in(lena).get(path).content.decode()
    told = signed_in(alice).get(f"/requests/{case.pk}/").content.decode()
    assert "Nobody else of ours can look at it" in told and "You appealed. We look at our decision again." in told
    with pytest.raises(NotAllowed, match="a day after"):
        appealing.decide_appeal(**decide, now=appeal.received_at + ALONE_AFTER - dt.timedelta(seconds=1))  # type: ignore[arg-type]  # as above
    appealing.decide_appeal(**decide, now=appeal.received_at + ALONE_AFTER)  # type: ignore[arg-type]  # as above
    assert HistoryRow.objects.filter(kind="one_pair_of_eyes", detail="appeal", subject_request_id=case.pk).exists()
    text = Letter.objects.get(kind="appeal_answer").text
    assert "We looked at it again" in text and "Somebody who did not decide" not in text
