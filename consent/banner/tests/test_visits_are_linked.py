"""A browser becomes somebody's: its visits are linked only where the person allows it, shown, and cut (S32)."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from accounts.services import merge_subjects
from consent.banner.pseudonym import cookie_name
from consent.banner.tests.conftest import Choose
from consent.banner.tests.test_visitor_events import report
from consent.services import set_preference
from consent.vocabulary import Door
from consent.writing import How
from privacy.audit.models import AuditEvent
from privacy.intake.models import VisitorEvent, VisitorLink
from privacy.intake.visitor_events.linking import unlink_without_basis
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.personal_data.contract import Action, Chunk, Person, handlers
from privacy.personal_data.models import Subject
from privacy.policy.board import controls_of
from privacy.testing.cast import PASSWORD

pytestmark = pytest.mark.django_db
MEASURED = "site_measurement"


def says(user: User, *, allow: bool) -> None:
    """The person decides, signed in."""
    how, actor = How(Door.SIGNED_IN), Actor.subject(user.subject_id)
    about: dict[str, Any] = {"subject_id": user.subject_id, "purpose_code": MEASURED, "how": how, "actor": actor}
    set_preference(allow=allow, now=clock.now(), **about)


@pytest.fixture
def visited(choose: Choose, client: Client, key: str) -> Client:
    """A browser that allowed to be measured and visited two pages."""
    choose(MEASURED)
    for _ in range(2):
        report(client, key)
    assert VisitorEvent.objects.count() == 2
    return client


def sign_in(client: Client, user: User) -> None:
    EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content


def linked(user: User) -> list[Any]:
    """What the person's copy says of links."""
    person = Person((user.subject_id, *Subject.objects.exclude(pk=user.subject_id).values_list("pk", flat=True)))
    return [record.row for record in handlers.get("intake.VisitorLink").export(person)]


def acts() -> list[str]:
    rows = AuditEvent.objects.filter(type__startswith="intake.visits_").order_by("id")
    return [each.removeprefix("intake.visits_") for each in rows.values_list("type", flat=True)]


@pytest.mark.promise(32)
def test_without_the_persons_own_word_the_visits_are_forgotten_and_not_linked(visited: Client, alice: User) -> None:
    sign_in(visited, alice)
    assert not VisitorLink.objects.exists() and not VisitorEvent.objects.exists() and acts() == ["forgotten"]


@pytest.mark.promise(32)
def test_with_it_they_are_linked_on_its_basis_and_the_link_is_in_the_copy(visited: Client, alice: User) -> None:
    says(alice, allow=True)
    sign_in(visited, alice)
    row = VisitorLink.objects.get()
    assert (row.subject_id, row.purpose, row.basis) == (alice.subject_id, MEASURED, "consent")
    assert VisitorEvent.objects.count() == 2 and acts() == ["linked"]
    assert [each["basis"] for each in linked(alice)] == ["consent"]
    assert controls_of(32)[0].answer().state == "green"


@pytest.mark.promise(32)
def test_a_no_cuts_the_link_and_its_visits_at_once(visited: Client, alice: User) -> None:
    says(alice, allow=True)
    sign_in(visited, alice)
    says(alice, allow=False)
    assert not VisitorLink.objects.exists() and not VisitorEvent.objects.exists()
    assert acts() == ["linked", "unlinked"] and linked(alice) == []


def test_an_erasure_unlinks(visited: Client, alice: User) -> None:
    says(alice, allow=True)
    sign_in(visited, alice)
    person = Person(tuple(Subject.objects.values_list("pk", flat=True)))
    for key in ("intake.VisitorLink", "intake.VisitorEvent"):
        handler = handlers.get(key)
        for table in handler.plan(person, Action.ERASE, now=clock.now()).tables:
            handler.apply_chunk(Chunk(table, table.keys, key, 1))
    assert not VisitorLink.objects.exists() and not VisitorEvent.objects.exists()


def test_what_an_old_name_still_reports_is_linked_too_and_without_a_link_the_board_is_red(
    visited: Client, alice: User, key: str
) -> None:
    says(alice, allow=True)
    word = visited.cookies[cookie_name()].value
    sign_in(visited, alice)
    VisitorLink.objects.all().delete()
    assert controls_of(32)[0].answer().state == "red"
    old = Client()
    old.cookies[cookie_name()] = word
    report(old, key)
    assert VisitorEvent.objects.count() == 3 and controls_of(32)[0].answer().state == "green"


def test_two_nameless_browsers_are_linked_to_nobody(visited: Client, demo_policy: Any) -> None:
    one, other = Subject.objects.get(), Subject.objects.create()
    merge_subjects(subject_id=one.pk, canonical_id=other.pk, actor=OPERATOR, now=clock.now())
    assert not VisitorLink.objects.exists() and VisitorEvent.objects.count() == 2


def test_a_purpose_that_ended_carries_no_link(visited: Client, alice: User) -> None:
    says(alice, allow=True)
    sign_in(visited, alice)
    assert unlink_without_basis(now=clock.now()) == 0 and VisitorLink.objects.exists()
    VisitorLink.objects.update(purpose="gone")
    assert unlink_without_basis(now=clock.now()) == 1 and not VisitorLink.objects.exists()
