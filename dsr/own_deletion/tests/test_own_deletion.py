"""A person deletes their own account: seven days, two mails, no staff; and what turns it into a normal case."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from accounts.selectors import person_of
from dsr.models import Approval, HistoryRow, Letter, ReceiptRow, Run, SubjectRequest
from dsr.own_deletion import services
from dsr.own_deletion.blockers import of_plan
from dsr.own_deletion.models import OwnDeletion
from dsr.own_deletion.services import WAITS, WARNED, run_deletion, schedule_deletion, tend_deletions
from dsr.services.planning import Preview
from dsr.states import State
from dsr.tests.conftest import Shop
from dsr.tests.doors import links
from privacy.audit.models import AuditEvent
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data import guards
from privacy.personal_data.contract import Action, HandlerPlan, Residual, TablePlan, Treatment, handlers
from privacy.personal_data.guards import Held
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
PATH = "/my-data/delete/"


def schedule(user: User, now: dt.datetime | None = None) -> OwnDeletion:
    actor = Actor.subject(user.subject_id, via="account")
    return schedule_deletion(user=user, actor=actor, now=now or clock.now())


def proven(user: User) -> Any:
    client = signed_in(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def wait(deletion: OwnDeletion) -> str:
    """As if the seven days were over now: warned a day ago, then run."""
    now = clock.now()
    OwnDeletion.objects.filter(pk=deletion.pk).update(runs_at=now, scheduled_at=now - WAITS)
    tend_deletions(now=now - WARNED)
    deletion.refresh_from_db()
    return run_deletion(deletion_id=str(deletion.pk), now=now)


def mailed() -> list[str]:
    run_until_empty()
    return [mail.subject.partition(":")[0] for mail in CapturedMail.objects.order_by("created_at")]


@pytest.mark.promise(68)
def test_s68_from_the_page_to_the_receipt_without_staff(alice: User, shop: Shop) -> None:
    client = signed_in(alice)
    assert client.get(PATH)["Location"].startswith("/accounts/reauthenticate/")
    client = proven(alice)
    page = client.get(PATH).content.decode()
    assert (
        "What is deleted" in page and "What stays, and why" in page and PATH in client.get("/my-data/").content.decode()
    )
    client.post(PATH, {"act": "delete"})
    assert not OwnDeletion.objects.exists()  # the box is not ticked
    client.post(PATH, {"act": "delete", "sure": "yes"})
    deletion = OwnDeletion.objects.get()
    assert "Undo: keep my account" in client.get(PATH).content.decode()
    tend_deletions(now=deletion.runs_at - WARNED - dt.timedelta(minutes=1))
    assert mailed().count("Your account will be deleted tomorrow") == 0
    assert wait(deletion) == "started"
    run_until_empty()
    case = SubjectRequest.objects.get()
    assert case.state == State.CLOSED and ReceiptRow.objects.count() == 1 and "1" not in shop.rows
    approval = Approval.objects.get()
    assert (approval.mark, approval.approved_by) == ("own_deletion", alice.pk)
    row = HistoryRow.objects.get(kind="finished_alone")
    assert (row.actor_kind, row.detail) == ("system", "erasure")
    assert not AuditEvent.objects.filter(actor_kind="staff").exists()
    subjects = mailed()
    assert (
        subjects.count("Your account will be deleted") == subjects.count("Your account will be deleted tomorrow") == 1
    )
    assert Letter.objects.filter(kind="answer").count() == 1
    assert not User.objects.filter(email="alice@example.com").exists()
    assert board() is ControlState.GREEN


def board() -> ControlState:
    return next(each for each in controls() if each.code == "dsr.own_deletion").answer().state


def test_s68_off_and_a_late_one_is_red(alice: User, shop: Shop) -> None:
    with switched_off("dsr.own_deletion"), pytest.raises(DomainError):
        schedule(alice)
    schedule(alice)
    OwnDeletion.objects.update(runs_at=clock.now() - dt.timedelta(days=3))
    assert board() is ControlState.RED


def test_undone_by_login_and_by_the_mailed_link(alice: User, shop: Shop) -> None:
    client = proven(alice)
    client.post(PATH, {"act": "delete", "sure": "yes"})
    client.post(PATH, {"act": "undo"})
    case = SubjectRequest.objects.get()
    assert case.state == State.WITHDRAWN
    first = OwnDeletion.objects.get()
    assert wait(first) == "not_due"
    first.refresh_from_db()
    assert first.state == "undone" and not Run.objects.exists()
    second = schedule(alice)
    run_until_empty()
    mail = [row for row in CapturedMail.objects.order_by("created_at") if row.subject.startswith("Your account")][-1]
    path = links(mail, "status")[0]
    client.get(path)  # a scanner of links changes nothing
    assert SubjectRequest.objects.get(pk=second.subject_request_id).state == State.RECEIVED
    client.logout()
    client.post(path, {"act": "withdraw"})
    assert SubjectRequest.objects.get(pk=second.subject_request_id).state == State.WITHDRAWN
    assert wait(second) == "not_due" and User.objects.filter(pk=alice.pk, is_active=True).exists()


def test_a_hold_that_comes_in_the_seven_days_makes_it_a_normal_case(
    alice: User, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletion = schedule(alice)
    hold = Held("A dispute is open.", "legal_claims")
    monkeypatch.setattr(guards, "_guards", {"hold": lambda person, table, keys: dict.fromkeys(keys, hold)})
    assert wait(deletion) == "hold"
    deletion.refresh_from_db()
    case = SubjectRequest.objects.get()
    assert (deletion.state, case.state) == ("turned", State.RECEIVED) and not Run.objects.exists()
    assert "Your account is not deleted yet" in mailed()
    with pytest.raises(DomainError):
        schedule(alice)  # the case is open now


def test_a_hold_that_comes_during_the_run_is_asked_inside_the_deleting_transaction(
    alice: User, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletion = schedule(alice)
    assert wait(deletion) == "started"
    hold = Held("A dispute is open.", "legal_claims")
    monkeypatch.setattr(
        guards,
        "_guards",
        {"hold": lambda person, table, keys: dict.fromkeys(keys, hold) if table == "accounts.User" else {}},
    )
    run_until_empty()
    assert User.objects.filter(pk=alice.pk, email="alice@example.com").exists()


def test_a_silent_system_is_asked_again_for_a_day(alice: User, shop: Shop) -> None:
    deletion = schedule(alice)
    shop.is_down = True
    assert wait(deletion) == "system_silent"
    deletion.refresh_from_db()
    assert deletion.state == "scheduled"
    assert run_deletion(deletion_id=str(deletion.pk), now=deletion.runs_at + dt.timedelta(days=1)) == "system_silent"
    deletion.refresh_from_db()
    assert deletion.state == "turned"


def test_what_speaks_against_it_is_said_before(alice: User, lena: User, shop: Shop, settings: Any) -> None:
    with pytest.raises(DomainError, match="staff"):
        schedule(lena)
    settings.KEPT_OWN_DELETION_ROWS = 1
    with pytest.raises(DomainError, match="so much data"):
        schedule(alice)
    page = proven(alice).get(PATH).content.decode()
    assert "so much data" in page and "Delete my account</button>" not in page
    settings.KEPT_OWN_DELETION_ROWS = 20_000
    signed_in(alice).post("/requests/new/", {"rights": ["access"]})
    with pytest.raises(DomainError, match="Another request"):
        schedule(alice)


def test_nothing_may_stay_beyond_what_is_published_nor_be_left_to_somebody(alice: User) -> None:
    person = person_of(alice.subject_id)

    def blocked(key: str, **plan: Any) -> str:
        return of_plan(Preview(person, [(handlers.get(key), HandlerPlan(key, Action.ERASE, **plan))]))

    def stays(key: str, ground: str) -> str:
        return blocked(key, tables=(TablePlan(key, Treatment.RETAIN, ("1",), ground=ground),))

    assert stays("audit.AuditEvent", "accountability") == ""  # the log says so of everybody
    assert stays("audit.AuditEvent", "legal_claims") == "hold"
    assert stays("accounts.Identifier", "accountability") == "hold"
    left = Residual("orders", "shared rows", "rows of others point at them", "legal", rows=1)
    assert blocked("accounts.Identifier", residuals=(left,)) == "somebody_must_act"


def test_another_person_or_a_get_starts_nothing(alice: User, bob: User, shop: Shop) -> None:
    proven(alice).get(PATH + "?act=delete&sure=yes")
    assert not OwnDeletion.objects.exists()
    schedule(alice)
    proven(bob).post(PATH, {"act": "undo"})
    assert OwnDeletion.objects.get().subject_request.state == State.RECEIVED


def test_a_clock_that_jumps_takes_nobodys_last_day(alice: User, shop: Shop) -> None:
    deletion = schedule(alice)
    jumped = deletion.runs_at + dt.timedelta(days=300)
    assert run_deletion(deletion_id=str(deletion.pk), now=jumped) == "not_due"  # not warned yet
    assert tend_deletions(now=jumped)["told"] == 1
    assert run_deletion(deletion_id=str(deletion.pk), now=jumped + WARNED - dt.timedelta(minutes=1)) == "not_due"
    assert tend_deletions(now=jumped + WARNED)["begun"] == 1
    back = deletion.scheduled_at - dt.timedelta(days=30)
    assert tend_deletions(now=back) == {"told": 0, "begun": 0, "ended": 0}


def test_a_worker_killed_at_the_start_leaves_it_scheduled(
    alice: User, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletion = schedule(alice)

    def killed(**_: Any) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as patch:
        patch.setattr(services, "start_run", killed)
        with pytest.raises(SystemExit):
            wait(deletion)
    deletion.refresh_from_db()
    assert deletion.state == "scheduled" and not Approval.objects.exists()
    assert SubjectRequest.objects.get().state == State.RECEIVED
    assert run_deletion(deletion_id=str(deletion.pk), now=deletion.runs_at) == "started"
    assert run_deletion(deletion_id=str(deletion.pk), now=deletion.runs_at) == "not_due"
    assert Run.objects.count() == 1


def test_the_seven_days_run_from_the_click() -> None:
    assert dt.timedelta(days=7) == WAITS


# --- Two at once -------------------------------------------------------------------------------------


def at_once(*acts: Any) -> list[Exception | None]:
    gate, raised = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Any) -> None:
        try:
            gate.wait(10)
            act()
        except Exception as error:
            raised[number] = error  # type: ignore[call-overload]  # a list of None at first
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return list(raised)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_schedule_one(alice: User, shop: Shop) -> None:
    raised = at_once(lambda: schedule(alice), lambda: schedule(alice))
    assert raised == [None, None] and OwnDeletion.objects.count() == SubjectRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_undone_and_run_at_once_is_one_of_both(alice: User, shop: Shop) -> None:
    from dsr.services.ending import withdraw_subject_request

    deletion = schedule(alice)
    tend_deletions(now=deletion.runs_at - WARNED)
    actor = Actor.subject(alice.subject_id, via="account")
    at_once(
        lambda: run_deletion(deletion_id=str(deletion.pk), now=deletion.runs_at),
        lambda: withdraw_subject_request(
            subject_request=SubjectRequest.objects.get(), actor=actor, now=deletion.runs_at
        ),
        lambda: run_deletion(deletion_id=str(deletion.pk), now=deletion.runs_at),
    )
    deletion.refresh_from_db()
    case = SubjectRequest.objects.get()
    assert (case.state == State.WITHDRAWN) == (not Run.objects.exists())
    assert Run.objects.count() <= 1 and (deletion.state == "started") == Run.objects.exists()
