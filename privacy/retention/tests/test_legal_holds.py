"""A legal hold wins over everything: plans show it, deletions obey it, a race cannot get past it."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from accounts.models import Identifier, User
from accounts.selectors import person_of
from accounts.services import merge_subjects
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.personal_data.contract import Action, Chunk, TablePlan, Treatment, handlers
from privacy.personal_data.model_handler import ModelHandler
from privacy.personal_data.presence import erasures_of
from privacy.retention.holding import held_by_law, held_of_person
from privacy.retention.models import HoldTarget, LegalHold
from privacy.retention.services import place_hold, release_hold, review_hold

pytestmark = pytest.mark.django_db
TABLE = "accounts.Identifier"


def hold(lena: User, **targets: object) -> LegalHold:
    values = {"reason": "Matter 12", "ground": "legal_claims", **targets}
    return place_hold(actor=Actor.staff(lena.pk, via="console"), now=clock.now(), **values)  # type: ignore[arg-type]  # the test's own keywords


def key_of(user: User) -> str:
    return str(Identifier.objects.get(subject=user.subject).pk)


def erase(keys: list[str]) -> int:
    plan = TablePlan(TABLE, Treatment.DELETE, tuple(keys))
    with transaction.atomic():
        result = handlers.get(TABLE).apply_chunk(Chunk(plan, plan.keys, idem_key="k", fence=1))
    assert result.removed + result.retained == len(keys)
    return result.removed


@pytest.mark.promise(71)
def test_a_plan_keeps_what_a_hold_names_with_ground_and_review_date(lena: User, alice: User, bob: User) -> None:
    placed = hold(lena, subject_ids=[alice.subject_id])
    for handler in handlers.all():
        plan = handler.plan(person_of(alice.subject_id), Action.ERASE, now=clock.now())
        assert {table.treatment for table in plan.tables} <= {Treatment.RETAIN}
    plan = handlers.get(TABLE).plan(person_of(alice.subject_id), Action.ERASE, now=clock.now())
    assert plan.tables[0].ground == "legal_claims" and plan.tables[0].until == placed.review_on
    assert "Matter" not in plan.tables[0].note
    free = handlers.get(TABLE).plan(person_of(bob.subject_id), Action.ERASE, now=clock.now())
    assert [table.treatment for table in free.tables] == [Treatment.DELETE]


def test_a_hold_placed_after_the_approval_stops_the_deleting_transaction(lena: User, alice: User, bob: User) -> None:
    keys = [key_of(alice), key_of(bob)]
    placed = hold(lena, subject_ids=[alice.subject_id])
    assert erase(keys) == 1
    assert Identifier.objects.filter(pk=keys[0]).exists()
    release_hold(hold=placed, actor=OPERATOR, now=clock.now())
    assert erase(keys[:1]) == 1


def test_a_hold_covers_the_whole_alias_set_whenever_the_merge_came(lena: User, alice: User, bob: User) -> None:
    hold(lena, subject_ids=[bob.subject_id])
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=OPERATOR, now=clock.now())
    assert erase([key_of(alice), key_of(bob)]) == 0


def test_a_preview_asks_of_all_holds_at_once_and_is_answered_as_table_by_table(
    lena: User, alice: User, bob: User, mallory: User
) -> None:
    def same(user: User) -> None:
        person, tables = person_of(user.subject_id), [each for each in handlers.all() if isinstance(each, ModelHandler)]
        alone = {each.key: each.plan(person, Action.ERASE, now=clock.now()) for each in tables}
        assert erasures_of(person, tables) == alone and any(plan.tables for plan in alone.values())
        outside = {"shop.orders": ["1", "2"], "shop.customers": ["1"]}
        assert held_of_person(person, outside) == {one: held_by_law(person, one, keys) for one, keys in outside.items()}

    both = hold(lena, subject_ids=[alice.subject_id, bob.subject_id])  # its own row is about two people
    for user in (alice, bob, mallory):
        same(user)
    release_hold(hold=both, actor=OPERATOR, now=clock.now())
    narrow = hold(lena, subject_ids=[bob.subject_id], tables=[TABLE])
    for user in (alice, bob):
        same(user)
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=OPERATOR, now=clock.now())
    same(alice)
    hold(lena, subject_ids=[alice.subject_id], reason="Matter 13")  # two holds, each on one of what she is known as
    same(alice)
    release_hold(hold=narrow, actor=OPERATOR, now=clock.now())
    same(alice)
    hold(lena, tables=["accounts.User"])
    same(alice)
    same(mallory)
    HoldTarget.objects.update(table="shop.orders")  # a whole table outside, whoever its rows are about
    same(mallory)


def test_a_whole_table_and_one_table_of_one_person(lena: User, alice: User, bob: User) -> None:
    narrow = hold(lena, subject_ids=[alice.subject_id], tables=[TABLE])
    assert erase([key_of(alice)]) == 0
    assert not held_by_law(person_of(alice.subject_id), "accounts.User", [str(alice.pk)])
    release_hold(hold=narrow, actor=OPERATOR, now=clock.now())
    hold(lena, tables=[TABLE])
    assert erase([key_of(alice), key_of(bob)]) == 0


def test_rows_of_an_outside_system_are_held_by_the_person(lena: User, alice: User, bob: User) -> None:
    hold(lena, subject_ids=[alice.subject_id])
    assert set(held_by_law(person_of(alice.subject_id), "shop.orders", ["1", "2"])) == {"1", "2"}
    assert not held_by_law(person_of(bob.subject_id), "shop.orders", ["3"])


def test_placing_reviewing_and_releasing_are_audited_and_happen_once(lena: User, alice: User) -> None:
    placed = hold(lena, subject_ids=[alice.subject_id])
    read_before = LegalHold.objects.get(pk=placed.pk)
    later = clock.now() + dt.timedelta(days=80)
    review_hold(hold=placed, actor=OPERATOR, now=later)
    assert placed.review_on > read_before.review_on
    with pytest.raises(StaleState):
        review_hold(hold=read_before, actor=OPERATOR, now=later)
    release_hold(hold=placed, actor=OPERATOR, now=later)
    with pytest.raises(StaleState):
        release_hold(hold=read_before, actor=OPERATOR, now=later)
    kinds = AuditEvent.objects.filter(target_id=placed.pk).order_by("id").values_list("type", flat=True)
    assert list(kinds) == ["retention.hold_placed", "retention.hold_reviewed", "retention.hold_released"]
    assert "Matter" not in "".join(AuditEvent.objects.values_list("payload", flat=True))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"ground": "contract"}, "ground"),
        ({}, "targets"),
        ({"tables": ["accounts.Identifer"]}, "targets"),
    ],
)
def test_what_is_missing_is_named(lena: User, change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        hold(lena, **change)
    assert error.value.field == field
    assert not LegalHold.objects.exists()


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_a_hold_waits_for_the_deletion_that_is_on_its_way(lena: User, alice: User) -> None:
    asked, placed = threading.Event(), threading.Event()

    def place() -> None:
        asked.wait(5)
        hold(lena, subject_ids=[alice.subject_id])
        placed.set()
        connection.close()

    thread = threading.Thread(target=place)
    thread.start()
    with transaction.atomic():
        assert not held_by_law(None, TABLE, [key_of(alice)])
        asked.set()
        assert not placed.wait(0.5)
    thread.join(5)
    assert placed.is_set()
    assert held_by_law(None, TABLE, [key_of(alice)])
