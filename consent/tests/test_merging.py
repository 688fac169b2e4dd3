"""A merge never raises: of what two subjects of one person said, the most protective counts everywhere."""

import datetime as dt
import uuid
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.selectors import find_subjects
from accounts.services import add_identifier, merge_subjects
from consent.banner.pseudonym import cookie_name
from consent.models import ConsentEvent, Preference
from consent.selectors import decide_for
from consent.services import How, set_preference
from consent.terms import terms_in_force
from consent.tests.conftest import choose
from consent.vocabulary import Door, Status
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM, Actor
from privacy.kernel.errors import DomainError
from privacy.kernel.tokens import new_token
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.testing.cast import PASSWORD

pytestmark = pytest.mark.django_db
PURPOSES = ("newsletter", "click_tracking", "usage_analytics", "push_messages", "partner_offers")
FATES = ("", "", "expired", "requested")
WHERE = ("", "email", "push", "site")


def browser() -> tuple[uuid.UUID, str]:
    """A nameless browser, and the word in its cookie."""
    subject, word = Subject.objects.create(), new_token()
    add_identifier(subject=subject, kind="pseudonym", value=word, source="banner", actor=SYSTEM, now=clock.now())
    return subject.pk, word


def decide_by(subject_id: uuid.UUID, purpose: str, *, allow: bool, channel: str = "", at: Any = None) -> None:
    set_preference(
        subject_id=subject_id,
        purpose_code=purpose,
        channel=channel,
        allow=allow,
        how=How(Door.BANNER),
        actor=Actor.subject(subject_id),
        now=at or clock.now(),
    )


def allowed(members: Any, purpose: str, channel: str = "") -> bool:
    return decide_for(list(members), purpose, channel=channel, now=clock.now()).allowed


def has_said(members: Any, purpose: str, channel: str) -> bool:
    rows = Preference.objects.filter(subject_id__in=members, purpose=purpose)
    return any(not channel or row.channel in {"", channel} for row in rows)


histories = st.lists(
    st.tuples(
        st.sampled_from(PURPOSES),
        st.sampled_from(WHERE),
        st.booleans(),
        st.sampled_from(["", "", "expired", "requested"]),
    ),
    max_size=7,
)


def live(subject_id: uuid.UUID, history: Any, begun: dt.datetime) -> None:
    """Decide as the history says; some grants have run out or wait for a confirmation by now."""
    for number, (purpose, where, allow, fate) in enumerate(history):
        channel = where if where in terms_in_force()[purpose].channels else ""
        at = begun + dt.timedelta(minutes=number)
        decide_by(subject_id, purpose, allow=allow, channel=channel, at=at)
        rows = Preference.objects.filter(subject_id=subject_id, purpose=purpose, channel=channel, status="given")
        if fate == "expired":
            rows.update(expires_at=begun)
        if fate == "requested":
            rows.update(status=Status.REQUESTED)


@pytest.mark.promise(50)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(left=histories, right=histories, is_nameless=st.booleans())
def test_no_merge_is_more_permissive_than_either_side(
    demo_policy: Any, left: Any, right: Any, is_nameless: bool
) -> None:
    one, two = Subject.objects.create().pk, Subject.objects.create().pk
    for subject_id, kind in ((one, "pseudonym" if is_nameless else "external"), (two, "external")):
        add_identifier(
            subject=Subject.objects.get(pk=subject_id),
            kind=kind,
            value=new_token(),
            source="test",
            actor=SYSTEM,
            now=clock.now(),
        )
    begun = clock.now() - dt.timedelta(days=1)
    live(one, left, begun)
    live(two, right, begun + dt.timedelta(minutes=3))
    places = [(purpose, channel) for purpose in PURPOSES for channel in ("", *terms_in_force()[purpose].channels)]
    before = {place: [(allowed([each], *place), has_said([each], *place)) for each in (one, two)] for place in places}
    merge_subjects(subject_id=one, canonical_id=two, actor=OPERATOR, now=clock.now())
    members = alias_set(one)
    for place in places:
        if allowed(members, *place):
            assert all(was for was, said in before[place] if said), place
            assert before[place][1][0] or not is_nameless, place  # a browser's yes is not a known person's
    for event in ConsentEvent.objects.filter(source_kind="merge"):
        assert event.status in {"refused", "withdrawn", "objected", "expired"}


def test_the_person_sees_why_and_the_ledger_holds(alice: User, demo_policy: Any) -> None:
    other, _ = browser()
    choose(alice, "newsletter", allow=True)
    decide_by(other, "newsletter", allow=False)
    alias = merge_subjects(subject_id=other, canonical_id=alice.subject_id, actor=OPERATOR, now=clock.now())
    event = ConsentEvent.objects.get(source_kind="merge")
    assert (event.subject_id, event.status, event.previous) == (alice.subject_id, "withdrawn", "given")
    assert event.door == "system" and event.source_id == alias.pk.hex
    assert verify_ledger(now=clock.now()).is_proven
    with pytest.raises(DomainError):
        merge_subjects(subject_id=other, canonical_id=alice.subject_id, actor=OPERATOR, now=clock.now())
    choose(alice, "newsletter", allow=True)  # a fresh act of the person counts again
    assert allowed(alias_set(alice.subject_id), "newsletter")


def test_what_a_known_person_allowed_survives_a_browser_that_said_nothing(alice: User, demo_policy: Any) -> None:
    other, _ = browser()
    choose(alice, "newsletter", allow=True)
    merge_subjects(subject_id=other, canonical_id=alice.subject_id, actor=OPERATOR, now=clock.now())
    assert allowed(alias_set(alice.subject_id), "newsletter")


def sign_in(client: Client, user: User) -> None:
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content


def confirmed(user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def test_who_signs_in_brings_along_what_was_refused_in_the_browser(alice: User, demo_policy: Any) -> None:
    confirmed(alice)
    other, word = browser()
    choose(alice, "usage_analytics", allow=True)
    decide_by(other, "usage_analytics", allow=False)
    decide_by(other, "click_tracking", allow=True)
    client = Client()
    client.cookies[cookie_name()] = word
    sign_in(client, alice)
    members = alias_set(alice.subject_id)
    assert other in members
    assert not allowed(members, "usage_analytics") and not allowed(members, "click_tracking")
    fresh = client.cookies[cookie_name()].value
    assert fresh != word  # and the next visitor of this browser is nobody again, who has refused the same
    [nobody] = find_subjects("pseudonym", fresh)
    assert nobody not in members and not allowed([nobody], "usage_analytics")
    assert Preference.objects.filter(subject_id=nobody).count() == 1


def test_a_browser_that_belongs_to_somebody_else_joins_nobody(alice: User, bob: User, demo_policy: Any) -> None:
    for user in (alice, bob):
        confirmed(user)
    other, word = browser()
    client = Client()
    client.cookies[cookie_name()] = word
    sign_in(client, alice)
    stolen = Client()
    stolen.cookies[cookie_name()] = word
    sign_in(stolen, bob)
    assert alias_set(bob.subject_id) == (bob.subject_id,)
    assert set(alias_set(alice.subject_id)) == {alice.subject_id, other}
    assert stolen.cookies[cookie_name()].value != word
