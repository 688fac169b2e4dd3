"""The handler of our own tables: bob's rows stay, held rows stay, running twice equals running once."""

import datetime as dt

import pytest

from accounts.models import Identifier, User
from privacy.kernel import clock
from privacy.kernel.blind_index import blind_index
from privacy.personal_data import guards
from privacy.personal_data.contract import Action, Chunk, ChunkResult, HandlerPlan, Person, Treatment, handlers
from privacy.personal_data.guards import Held
from privacy.personal_data.models import Subject, SubjectAlias
from privacy.personal_data.ordering import in_erasure_order
from privacy.personal_data.selectors import alias_set
from privacy.testing.factories import SubjectFactory

pytestmark = pytest.mark.django_db

HANDLER = "accounts.Identifier"


@pytest.fixture(autouse=True)
def open_guards(monkeypatch: pytest.MonkeyPatch) -> dict[str, Held]:
    held: dict[str, Held] = {}
    monkeypatch.setattr(
        guards, "_guards", {"test": lambda person, table, keys: {k: held[k] for k in keys if k in held}}
    )
    return held


def identifier(subject: Subject, value: str) -> Identifier:
    return Identifier.objects.create(subject=subject, kind="email", value=value, index=blind_index("email", value))


def erase(plan: HandlerPlan) -> list[ChunkResult]:
    handler = handlers.get(plan.handler)
    return [handler.apply_chunk(Chunk(table, table.keys, "t", 1)) for table in plan.tables]


def test_it_erases_alice_and_leaves_bob() -> None:
    alice, bob = Subject.objects.create(), Subject.objects.create()
    identifier(alice, "alice@example.com")
    kept = identifier(bob, "bob@example.com")
    person = Person((alice.pk,))
    handler = handlers.get(HANDLER)
    assert [record.row["value"] for record in handler.export(person)] == ["alice@example.com"]
    plan = handler.plan(person, Action.ERASE, now=clock.now())
    assert [(table.treatment, table.rows) for table in plan.tables] == [(Treatment.DELETE, 1)]
    first, again = erase(plan)[0], erase(plan)[0]
    assert (first.removed, again.removed, again.already_done) == (1, 0, 1)
    assert handler.verify(person, plan) == []
    assert list(Identifier.objects.values_list("pk", flat=True)) == [kept.pk]


def test_a_merged_person_is_one_person() -> None:
    alice, other, third = SubjectFactory.create_batch(3)
    SubjectAlias.objects.create(subject=other, canonical=alice)
    SubjectAlias.objects.create(subject=third, canonical=other)
    identifier(other, "alice@work.example")
    identifier(third, "alice@old.example")
    assert set(alias_set(third.pk)) == {alice.pk, other.pk, third.pk} and alias_set(third.pk)[0] == alice.pk
    assert handlers.get(HANDLER).find(Person(alias_set(alice.pk)))[0].rows == 2


def test_a_held_row_is_retained_with_its_ground_and_a_hold_that_comes_later_stops_the_chunk(
    open_guards: dict[str, Held],
) -> None:
    alice = Subject.objects.create()
    first, second = identifier(alice, "alice@example.com"), identifier(alice, "a@example.com")
    handler = handlers.get(HANDLER)
    hold = Held("Needed for a lawsuit.", "legal_claims", dt.date(2027, 1, 1))
    open_guards[str(first.pk)] = hold
    plan = handler.plan(Person((alice.pk,)), Action.ERASE, now=clock.now())
    assert {(table.treatment, table.ground, table.rows) for table in plan.tables} == {
        (Treatment.DELETE, "", 1),
        (Treatment.RETAIN, "legal_claims", 1),
    }
    open_guards[str(second.pk)] = hold  # after the approval
    results = erase(plan)
    assert sum(result.removed for result in results) == 0
    assert Identifier.objects.count() == 2 and handler.verify(Person((alice.pk,)), plan) == []


def test_without_any_guard_nothing_may_be_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_guards", {})
    alice = Subject.objects.create()
    identifier(alice, "alice@example.com")
    with pytest.raises(guards.NoGuards):
        handlers.get(HANDLER).plan(Person((alice.pk,)), Action.ERASE, now=clock.now())


def test_an_account_is_anonymized_and_says_so() -> None:
    user = User.objects.create_user("alice@example.com", "a long password", name="Alice")
    person = Person((user.subject_id,))
    handler = handlers.get("accounts.User")
    plan = handler.plan(person, Action.ERASE, now=clock.now())
    assert handler.verify(person, plan)[0].rows == 1
    assert erase(plan)[0].anonymized == 1 and erase(plan)[0].already_done == 1
    user.refresh_from_db()
    assert (user.name, user.is_active, user.email) == ("", False, f"erased-{user.pk}@erased.invalid")
    assert handler.verify(person, plan) == []


def test_a_row_that_appears_after_the_approval_is_found() -> None:
    alice = Subject.objects.create()
    identifier(alice, "alice@example.com")
    handler = handlers.get(HANDLER)
    plan = handler.plan(Person((alice.pk,)), Action.ERASE, now=clock.now())
    erase(plan)
    identifier(alice, "alice@new.example")
    (residual,) = handler.verify(Person((alice.pk,)), plan)
    assert residual.rows == 1 and "beyond the approved plan" in residual.why


def test_children_go_before_parents() -> None:
    order = [handler.key for handler in in_erasure_order()]
    assert order.index("account.EmailConfirmation") < order.index("account.EmailAddress") < order.index("accounts.User")
