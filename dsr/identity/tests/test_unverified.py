"""What nobody confirms: it runs on its clock, its address hears little, and it ends only after a last word."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.models import HistoryRow, SubjectRequest
from dsr.services import ending
from dsr.states import Right, State
from dsr.tests.doors import file, links, mails
from privacy.jobs.models import OutboxMessage
from privacy.jobs.periodic import tick
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
EMAIL = "carol@example.com"


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that stands until it is moved; it begins long ago, since jobs go by the clock of the database."""
    now = [clock.now() - dt.timedelta(days=200)]
    monkeypatch.setattr(clock, "now", lambda: now[0])

    def pass_by(**span: float) -> dt.datetime:
        now[0] += dt.timedelta(**span)
        return now[0]

    return pass_by


def tend(now: dt.datetime) -> dict[str, Any]:
    return ending.tend_unconfirmed(actor=SYSTEM, now=now)


def the_case() -> SubjectRequest:
    return SubjectRequest.objects.get()


def answer() -> ControlState:
    return next(each for each in controls() if each.code == "dsr.few_mails").answer().state


@pytest.mark.promise(70)
def test_a_day_later_a_reminder_then_a_last_word_and_only_then_the_end(time: Any, settings: Settings) -> None:
    file(Client())
    case = the_case()
    assert case.safe_on
    for _ in range(40 * 6):  # every four hours, as long as it lives
        now = time(hours=4)
        tend(now)
        today = clock.local_date(now, settings.KEPT_TIME_ZONE)
        told = HistoryRow.objects.filter(kind="last_word").first()
        if today >= case.safe_on - dt.timedelta(days=3):
            assert told and clock.local_date(told.at, settings.KEPT_TIME_ZONE) <= case.safe_on - dt.timedelta(days=3)
        if the_case().state == State.EXPIRED:
            assert today == case.safe_on
            break
    assert the_case().state == State.EXPIRED
    kinds = HistoryRow.objects.filter(kind__in=["confirmation_sent", "confirmation_reminded", "last_word", "expired"])
    assert list(kinds.order_by("at").values_list("kind", flat=True)) == [
        "confirmation_sent",
        "confirmation_reminded",
        "last_word",
        "expired",
    ]
    sent = mails()
    assert len(sent) == 3
    last = sent[-1].text
    for part in ("nothing was done", "cannot know that it was you", "HOW TO GO ON", "IF YOU DISAGREE", case.reference):
        assert part in last
    assert answer() is ControlState.GREEN


@pytest.mark.promise(70)
def test_after_weeks_without_a_worker_it_still_does_not_end_without_a_last_word(time: Any) -> None:
    file(Client())
    run_until_empty()
    now = time(days=60)
    assert tend(now) == {"expired": 0, "last_words": 1, "reminded": 0}
    assert tend(time(hours=1)) == {"expired": 0, "last_words": 0, "reminded": 0}
    assert tend(time(days=2)) == {"expired": 0, "last_words": 0, "reminded": 0}
    assert tend(time(days=1)) == {"expired": 1, "last_words": 0, "reminded": 0}
    assert len(mails()) == 2


def test_the_job_comes_round(time: Any) -> None:
    file(Client())
    tick(time(days=60))
    run_until_empty()
    assert HistoryRow.objects.filter(kind="last_word").count() == 1


@pytest.mark.promise(70)
def test_a_strangers_erasure_does_nothing_and_the_person_is_told(alice: User, time: Any) -> None:
    for _ in range(4):  # the stranger insists, from elsewhere each time
        file(Client(), "alice@example.com", "erasure")
        file(Client(), "alice@example.com", "access", "erasure")
        run_until_empty()
    for _ in range(50):
        tend(time(hours=18))
    assert set(SubjectRequest.objects.values_list("state", flat=True)) == {State.EXPIRED}
    assert len(mails()) == 3 and not SubjectRequest.objects.exclude(subject=None).exists()
    assert User.objects.filter(pk=alice.pk, email="alice@example.com").exists()
    not_sent = HistoryRow.objects.filter(kind="last_word", detail="not_sent")
    assert not_sent.count() == 1 and answer() is ControlState.GREEN


def test_switched_off_the_stranger_floods_the_person(time: Any) -> None:
    with switched_off("dsr.few_mails"):
        for _ in range(6):
            file(Client(), "alice@example.com", "erasure")
    assert len(mails()) == 6 and answer() is ControlState.RED


@pytest.mark.promise(70)
@pytest.mark.parametrize("by", ["last word", "resend"])
def test_what_ended_unverified_is_taken_up_again_with_its_first_day(time: Any, settings: Settings, by: str) -> None:
    file(Client())
    filed = the_case()
    run_until_empty()
    assert filed.safe_on
    left = (filed.safe_on - clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)).days
    tend(time(days=left - 4))
    path = links(mails()[-1], "confirm")[0]
    if by == "resend":
        tend(time(days=4))
        ended = the_case()
        assert ended.state == State.EXPIRED and ended.closed_at
        assert Client().post(path).status_code == 410
        Client().post("/requests/resend/", {"email": EMAIL})
        path = links(mails()[-1], "confirm")[0]
    assert Client().get(path).status_code == 200
    assert Client().post(path).status_code == 302
    again = the_case()
    assert (again.state, again.received_at, again.closed_at) == (State.RECEIVED, filed.received_at, None)
    assert again.due_on == filed.due_on and again.contact.erase_on is None
    if by == "resend":
        assert HistoryRow.objects.filter(kind="reopened").exists()


def test_after_a_month_it_cannot_be_taken_up_again(time: Any) -> None:
    file(Client())
    run_until_empty()
    tend(time(days=60))
    tend(time(days=4))
    time(days=31)
    Client().post("/requests/resend/", {"email": EMAIL})
    assert "There is no open or answered request" in mails()[-1].text


def test_an_opt_out_beside_it_is_carried_out_although_nobody_confirmed(time: Any) -> None:
    file(Client(), EMAIL, Right.ERASURE, Right.SALE_OPT_OUT)
    tend(time(days=60))
    tend(time(days=4))
    case = the_case()
    assert case.state == State.RECEIVED
    outcomes = {item.right: (item.outcome, item.ground) for item in case.items.all()}
    assert outcomes == {"erasure": ("refused", "cannot_identify"), "sale_opt_out": ("", "")}


def test_unconfirmed_ones_have_a_list_of_their_own(lena: User, time: Any) -> None:
    file(Client())
    file(Client(), "dora@example.com", Right.ERASURE, Right.SALE_OPT_OUT)
    file(Client(), "emma@example.com", Right.SALE_OPT_OUT)
    client, url = signed_in(lena), "/console/dsr/subjectrequest/"
    cases = {case.contact.email: case.reference for case in SubjectRequest.objects.all()}
    open_ones, own = client.get(url).content.decode(), client.get(f"{url}?show=unverified").content.decode()
    assert cases[EMAIL] not in open_ones and cases[EMAIL] in own
    assert cases["dora@example.com"] in open_ones and cases["dora@example.com"] in own
    assert cases["emma@example.com"] in open_ones and cases["emma@example.com"] not in own
    assert "Requests not confirmed" in client.get("/console/").content.decode()
    tend(time(days=60))
    tend(time(days=4))
    assert cases[EMAIL] in client.get(f"{url}?show=ended_unverified").content.decode()
    assert "1 closed unverified in the last 90 days" in client.get("/console/").content.decode()
    assert not OutboxMessage.objects.filter(template="dsr.expired").exists()
