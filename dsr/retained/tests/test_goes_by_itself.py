"""What an erasure kept goes by itself: on its day, or when its hold is released; once, proven, and told."""

import datetime as dt
import json
from collections.abc import Callable, Sequence

import pytest

from accounts.models import User
from dsr.models import HistoryRow, Letter, ReceiptRow, RequestItem, SubjectRequest
from dsr.retained import erasing
from dsr.retained.models import RetainedSet, SetState
from dsr.retained.services import queue_due
from dsr.services import approving, planning
from dsr.states import State
from dsr.tests.conftest import Shop
from privacy.audit.verifying import verify_ledger
from privacy.jobs.models import CapturedMail, Job, JobState
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data import guards
from privacy.personal_data.contract import (
    Action,
    Chunk,
    ChunkResult,
    HandlerPlan,
    Person,
    TablePlan,
    Treatment,
    handlers,
)
from privacy.personal_data.restricting import restrict_subject
from privacy.policy.board import ControlState, switched_off
from privacy.retention.holding import held_by_law
from privacy.retention.models import LegalHold
from privacy.retention.services import place_hold, release_hold

pytestmark = pytest.mark.django_db

MakeCase = Callable[..., SubjectRequest]
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Ledger(Shop):
    """A shop that must keep the order 1 until a day, and knows single rows by their keys."""

    until = dt.date(2030, 12, 31)

    def _tables(self, keys: Sequence[str], now: dt.datetime) -> tuple[TablePlan, ...]:
        is_kept = now.date() <= self.until
        kept = tuple(key for key in keys if key == "1" and is_kept)
        going = tuple(key for key in keys if key not in kept)
        tables = (
            TablePlan("orders", Treatment.DELETE, going),
            TablePlan("orders", Treatment.RETAIN, kept, ground="legal_obligation", until=self.until),
        )
        return tuple(table for table in tables if table.keys)

    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        return HandlerPlan("shop", action, self._tables(self._keys(person), now))

    def plan_keys(self, person: Person, table: TablePlan, *, now: dt.datetime) -> HandlerPlan:
        self._keys(person)
        return HandlerPlan("shop", Action.ERASE, self._tables([key for key in table.keys if key in self.rows], now))

    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        if chunk.plan.treatment is Treatment.RETAIN:
            return ChunkResult(retained=len(chunk.keys))
        return super().apply_chunk(chunk)


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    outside = Ledger()
    monkeypatch.setattr(handlers, "_sources", [lambda: [outside]])
    return outside


@pytest.fixture
def real_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_guards", {"legal_holds": held_by_law})


def erase(case: SubjectRequest, lena: User, nora: User) -> None:
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.CLOSED


def after_the_day(monkeypatch: pytest.MonkeyPatch, day: dt.date = dt.date(2031, 1, 2)) -> dt.datetime:
    moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    queue_due(now=moment)
    Job.objects.filter(state=JobState.READY).update(run_after=LONG_AGO)
    return moment


def hold(lena: User, **targets: object) -> LegalHold:
    values = {"reason": "Matter 12", "ground": "legal_claims", **targets}
    return place_hold(actor=Actor.staff(lena.pk, via="console"), now=clock.now(), **values)  # type: ignore[arg-type]  # the test's own keywords


def release(row: LegalHold, lena: User) -> None:
    release_hold(hold=row, actor=Actor.staff(lena.pk, via="console"), now=clock.now())


@pytest.mark.promise(82)
def test_what_has_a_day_goes_on_it_and_the_person_is_told(
    make_case: MakeCase, ledger: Ledger, lena: User, nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case()
    erase(case, lena, nora)
    kept = RetainedSet.objects.get(handler="shop")
    assert (kept.rows, kept.ground, kept.until) == (1, "legal_obligation", dt.date(2030, 12, 31))
    assert RequestItem.objects.get().outcome == "partly" and RequestItem.objects.get().ground == "legal_obligation"
    assert "until 31 December 2030" in Letter.objects.get().text
    with monkeypatch.context() as patch:  # still its last day
        assert queue_due(now=dt.datetime(2030, 12, 31, 12, tzinfo=dt.UTC)) == 0
        after_the_day(patch)
        run_until_empty()
    kept.refresh_from_db()
    assert ledger.rows == {"3": "bob@example.com"}
    assert (kept.state, kept.removed, kept.frozen) == (SetState.ERASED, 1, "")
    told = Letter.objects.get(kind="erased_later")
    assert "1 record, until 31 December 2030" in told.text and "tax law" in told.text
    Job.objects.filter(state=JobState.READY).update(run_after=LONG_AGO)  # its mail waits for the day too
    run_until_empty()
    assert [mail.text for mail in CapturedMail.objects.all()].count(told.text) == 1
    body = json.loads(ReceiptRow.objects.latest("at").body)
    assert [line["rows"] for line in body["erased_later"]] == [1] and body["backups_until"] == "2031-02-06"
    assert str(told.pk) and str(ReceiptRow.objects.latest("at").pk) in told.text
    assert HistoryRow.objects.filter(kind="retained_erased").count() == 1
    assert verify_ledger(now=LONG_AGO).faults == []


@pytest.mark.parametrize("seam", ["_do_chunk", "_count", "_look_again", "_finish", "tell_and_prove"])
def test_a_crash_at_any_seam_leaves_nothing_half_done(
    seam: str, make_case: MakeCase, ledger: Ledger, lena: User, nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case()
    erase(case, lena, nora)
    whole, crashes = getattr(erasing, seam), iter([True, False, True])

    def crash(*args: object, **kwargs: object) -> object:
        if next(crashes, False):
            raise ConnectionResetError
        return whole(*args, **kwargs)

    monkeypatch.setattr(erasing, seam, crash)
    for _ in range(6):
        after_the_day(monkeypatch)
        run_until_empty()
    assert ledger.rows == {"3": "bob@example.com"}
    assert RetainedSet.objects.get(handler="shop").state == SetState.ERASED
    assert Letter.objects.filter(kind="erased_later").count() == 1
    assert HistoryRow.objects.filter(kind="retained_erased").count() == 1
    assert ReceiptRow.objects.count() == 2


def test_a_silent_system_is_asked_again_and_shown(
    make_case: MakeCase, ledger: Ledger, lena: User, nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(make_case(), lena, nora)
    ledger.is_down = True
    after_the_day(monkeypatch)
    run_until_empty()
    kept = RetainedSet.objects.get(handler="shop")
    assert (kept.state, kept.problem) == (SetState.KEPT, "HandlerUnavailable")
    assert not Letter.objects.filter(kind="erased_later").exists()
    ledger.is_down = False
    after_the_day(monkeypatch)
    run_until_empty()
    kept.refresh_from_db()
    assert (kept.state, kept.problem) == (SetState.ERASED, "")


@pytest.mark.promise(82)
@pytest.mark.promise(71)
@pytest.mark.parametrize("late", [False, True])
def test_a_released_hold_lets_go_by_itself(
    late: bool,
    make_case: MakeCase,
    shop: Shop,
    lena: User,
    nora: User,
    alice: User,
    real_holds: None,
) -> None:
    shop.plan_keys = lambda person, table, *, now: HandlerPlan(  # type: ignore[method-assign]  # as its own erasure says
        "shop",
        Action.ERASE,
        (TablePlan("orders", Treatment.DELETE, tuple(key for key in table.keys if key in shop.rows)),),
    )
    case = make_case()
    placed = None if late else hold(lena, subject_ids=[alice.subject_id])
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    placed = placed or hold(lena, subject_ids=[alice.subject_id])
    run_until_empty()
    alice.refresh_from_db()
    item = RequestItem.objects.get()
    assert (item.outcome, item.ground) == ("partly", "legal_claims") and alice.is_active
    if not late:
        assert "we look at it again by" in Letter.objects.get().text
    assert queue_due(now=clock.now()) == 0
    release(placed, lena)
    run_until_empty()
    alice.refresh_from_db()
    assert not alice.is_active and alice.name == ""
    if late:  # a plan of the test's shop knows no holds
        assert shop.rows == {"3": "bob@example.com"}
    assert not RetainedSet.objects.filter(state=SetState.KEPT, is_held=True).exists()
    assert Letter.objects.filter(kind="erased_later").count() == 1
    assert "legal claims" in Letter.objects.get(kind="erased_later").text


def test_a_younger_hold_keeps_what_the_first_one_let_go(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, alice: User, real_holds: None
) -> None:
    first = hold(lena, tables=["accounts.User"])
    erase(make_case(), lena, nora)
    second = hold(lena, subject_ids=[alice.subject_id], ground="fraud_prevention")
    release(first, lena)
    run_until_empty()
    alice.refresh_from_db()
    assert alice.is_active
    release(second, lena)
    run_until_empty()
    alice.refresh_from_db()
    assert not alice.is_active


def test_who_asked_for_storage_since_keeps_it(
    make_case: MakeCase, ledger: Ledger, lena: User, nora: User, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(make_case(), lena, nora)
    with monkeypatch.context() as patch:
        moment = after_the_day(patch)
        restrict_subject(subject_id=alice.subject_id, ground="requested", actor=Actor.staff(lena.pk), now=moment)
        RetainedSet.objects.update(created_at=LONG_AGO)
        run_until_empty()
    assert "1" in ledger.rows and RetainedSet.objects.get(handler="shop").problem == "restricted"


def test_nobody_left_to_tell_is_no_obstacle(
    make_case: MakeCase, ledger: Ledger, lena: User, nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case()
    erase(case, lena, nora)
    case.contact.delete()
    after_the_day(monkeypatch)
    run_until_empty()
    assert RetainedSet.objects.get(handler="shop").state == SetState.ERASED
    assert not Letter.objects.filter(kind="erased_later").exists()


@pytest.mark.promise(82)
def test_the_control_is_red_where_something_stands_after_its_day(
    make_case: MakeCase, ledger: Ledger, lena: User, nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsr.retained.promises import check_retained

    erase(make_case(), lena, nora)
    assert check_retained().state is ControlState.GREEN
    with switched_off("dsr.retained_goes"):
        after_the_day(monkeypatch, dt.date(2031, 1, 9))
        run_until_empty()
    assert check_retained().state is ControlState.RED
