"""The promises that subject requests keep: each control tells the truth, and is what makes the promise true."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from dsr.models import Clock, RequestItem, SubjectRequest
from dsr.services import approving, planning
from dsr.services.reminding import may_remind, remind
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from dsr.tests.doors import file
from dsr.tests.starting import start_clocks
from privacy.jobs import send_gate
from privacy.jobs.models import OutboxMessage
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.errors import DomainError
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


def answer(code: str) -> ControlState:
    return next(control for control in controls() if control.code == code).answer().state


def letter_of_twenty_days_ago(omar: User) -> dt.timedelta:
    """How long ago the request counts from, and its due date by it."""
    day = clock.local_date(clock.now(), "Asia/Kolkata") - dt.timedelta(days=20)
    values = {"rights": ["erasure"], "channel": "post", "received_on": day.isoformat(), "email": "dora@example.com"}
    signed_in(omar).post("/desk/", {**values, "name": "Dora", "identity_level": "V1"})
    case = SubjectRequest.objects.get()
    assert case.due_on
    return case.due_on - clock.local_date(clock.now(), "Asia/Kolkata")


@pytest.mark.promise(69)
def test_s69_a_letter_counts_from_receipt(omar: User) -> None:
    assert letter_of_twenty_days_ago(omar) <= dt.timedelta(days=11)
    assert answer("dsr.counted_from_receipt") is ControlState.GREEN
    SubjectRequest.objects.update(received_at=clock.now() + dt.timedelta(days=1))
    assert answer("dsr.counted_from_receipt") is ControlState.RED


def test_s69_off(omar: User) -> None:
    with switched_off("dsr.counted_from_receipt"):
        assert letter_of_twenty_days_ago(omar) > dt.timedelta(days=20)


@pytest.mark.promise(70)
def test_s70_no_erasure_before_we_know_who_asks(make_case: MakeCase, shop: Shop, lena: User, nora: User) -> None:
    case = make_case(identity_level="V0")
    with pytest.raises(DomainError, match="Confirm who asks first: erasure needs V1"):
        planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    assert answer("dsr.identity_first") is ControlState.GREEN


def test_s70_off(make_case: MakeCase, shop: Shop, lena: User, nora: User) -> None:
    case = make_case(identity_level="V0")
    with switched_off("dsr.identity_first"):
        plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    assert answer("dsr.identity_first") is ControlState.RED


def erase_with_a_silent_shop(case: SubjectRequest, shop: Shop, lena: User, nora: User) -> str:
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    shop.is_down = True
    run_one()
    case.refresh_from_db()
    return case.state


@pytest.mark.promise(76)
def test_s76_one_silent_system_keeps_the_case_open(make_case: MakeCase, shop: Shop, lena: User, nora: User) -> None:
    assert erase_with_a_silent_shop(make_case(), shop, lena, nora) == State.BLOCKED
    assert answer("dsr.every_system_answers") is ControlState.GREEN
    SubjectRequest.objects.update(state=State.CLOSED)
    assert answer("dsr.every_system_answers") is ControlState.RED


def test_s76_off(make_case: MakeCase, shop: Shop, lena: User, nora: User) -> None:
    with switched_off("dsr.every_system_answers"):
        assert erase_with_a_silent_shop(make_case(), shop, lena, nora) == State.CLOSED


@pytest.mark.promise(79)
def test_s79_delete_me_and_stop_emails_are_two_items_in_one_thread(client: Client) -> None:
    file(client, "carol@example.com", "erasure", "objection")
    case = SubjectRequest.objects.get()
    assert sorted(item.right for item in case.items.all()) == [Right.ERASURE, Right.OBJECTION]
    assert Clock.objects.filter(kind="respond").count() == 2
    assert answer("dsr.clock_for_each_right") is ControlState.GREEN
    RequestItem.objects.create(subject_request=case, right=Right.ACCESS)
    assert answer("dsr.clock_for_each_right") is ControlState.RED


def test_s79_off(client: Client) -> None:
    with switched_off("dsr.clock_for_each_right"):
        file(client, "carol@example.com", "erasure", "objection")
    assert Clock.objects.filter(kind="respond").count() == 1


@pytest.mark.promise(80)
def test_s80_what_is_overdue_or_has_no_date_is_red(make_case: MakeCase, lena: User, monkeypatch: Any) -> None:
    case = make_case(filed_at=clock.now() - dt.timedelta(days=28), received_at=clock.now() - dt.timedelta(days=28))
    assert answer("dsr.answer_in_time") is ControlState.RED  # no date
    start_clocks(subject_request=case, actor=ANONYMOUS, now=clock.now())
    assert answer("dsr.answer_in_time") is ControlState.GREEN
    remind(actor=SYSTEM, now=clock.now())
    assert OutboxMessage.objects.get().context["stage"] == "t3"
    SubjectRequest.objects.update(due_on=dt.date(2026, 1, 1))
    assert answer("dsr.answer_in_time") is ControlState.RED
    SubjectRequest.objects.update(state=State.UNCONFIRMED)
    assert answer("dsr.answer_in_time") is ControlState.GREEN
    run_until_empty()


def test_s80_reminders_need_somebody_and_their_gate(lena: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_gate, "_gates", [may_remind])
    assert answer("dsr.reminders") is ControlState.GREEN
    lena.user_permissions.clear()
    assert answer("dsr.reminders") is ControlState.NOT_CONFIGURED
    monkeypatch.setattr(send_gate, "_gates", [])
    assert answer("dsr.reminders") is ControlState.RED


def test_s80_off(make_case: MakeCase, lena: User) -> None:
    case = make_case(filed_at=clock.now() - dt.timedelta(days=28), received_at=clock.now() - dt.timedelta(days=28))
    start_clocks(subject_request=case, actor=ANONYMOUS, now=clock.now())
    with switched_off(80):
        remind(actor=SYSTEM, now=clock.now())
    assert not OutboxMessage.objects.exists()
