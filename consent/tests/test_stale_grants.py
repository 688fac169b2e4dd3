"""A material change makes earlier consents stale: they deny until the person says yes to the new text."""

import datetime as dt

import pytest

from accounts.models import User
from consent.affected import count_stale_grants
from consent.models import ConsentEvent
from consent.terms import forget_terms
from consent.tests.conftest import Ask, choose
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.affected import count_affected
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import today
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import dated

pytestmark = pytest.mark.django_db
NEWSLETTER = "categories: [identification, preferences]\n    recipients: [hosting]\n    channels: [email]"
MORE = (NEWSLETTER, NEWSLETTER.replace("[email]", "[email, sms]"))
MINOR = ("A regular mail about our products", "A mail about our products")


def publish(*pairs: tuple[str, str], days: int = 0) -> PolicyVersion:
    """Publish another version, in force from today (and so many days more)."""
    day = today() + dt.timedelta(days=days)
    version = load_policy(text=dated(day.isoformat(), *pairs), actor=OPERATOR, now=clock.now()).version
    publish_policy(version=version, actor=OPERATOR, now=clock.now())
    forget_terms()
    return version


@pytest.mark.promise(95)
def test_an_old_consent_denies_until_it_is_reaffirmed_and_others_stay(alice: User, ask: Ask) -> None:
    """G-13."""
    choose(alice, "newsletter", allow=True)
    choose(alice, "events", allow=True)
    publish(MORE)
    answer = ask(purpose="newsletter")
    assert (answer["decision"], answer["reason"]) == ("deny", "stale")
    assert ask(purpose="events")["decision"] == "allow"
    (event,) = choose(alice, "newsletter", allow=True)  # reaffirmed: a fresh event under the new text
    assert (event.status, event.previous, event.policy_on) == ("given", "given", today())
    assert ask(purpose="newsletter")["decision"] == "allow"
    assert choose(alice, "newsletter", allow=True) == []  # once is enough
    assert ConsentEvent.objects.filter(purpose="newsletter").count() == 2


def test_a_minor_change_keeps_every_grant(alice: User, ask: Ask) -> None:
    choose(alice, "newsletter", allow=True)
    publish(MINOR)
    assert ask(purpose="newsletter")["decision"] == "allow"
    assert choose(alice, "newsletter", allow=True) == []


def test_a_stale_consent_can_be_withdrawn_and_an_objection_outlives_every_version(alice: User, ask: Ask) -> None:
    choose(alice, "newsletter", allow=True)
    choose(alice, "usage_analytics", allow=False)
    publish(MORE, ("categories: [usage, region]", "categories: [usage, region, account]"))
    assert ask(purpose="usage_analytics")["reason"] == "objected"
    (event,) = choose(alice, "newsletter", allow=False)
    assert event.status == "withdrawn" and ask(purpose="newsletter")["reason"] == "withdrawn"


def test_under_another_basis_people_are_told_and_nothing_is_denied(alice: User, ask: Ask) -> None:
    version = publish(("categories: [usage, region]", "categories: [usage, region, account]"))
    assert version.purpose_rows.get(code="usage_analytics").stale_before == today()
    assert ask(purpose="usage_analytics")["decision"] == "allow"


def test_a_later_version_does_nothing_before_its_day(alice: User, ask: Ask) -> None:
    choose(alice, "newsletter", allow=True)
    publish(MORE, days=3)
    assert ask(purpose="newsletter")["decision"] == "allow"


def test_a_publisher_sees_how_many_people_would_be_asked_again(alice: User, bob: User, ask: Ask) -> None:
    choose(alice, "newsletter", allow=True)
    choose(bob, "newsletter", allow=True)
    choose(bob, "events", allow=True)
    choose(alice, "events", allow=False)
    tomorrow = today() + dt.timedelta(days=1)
    wanted = {"newsletter": tomorrow, "events": tomorrow, "testimonials": tomorrow}
    assert count_affected(wanted) == {"newsletter": 2, "events": 1}
    assert count_stale_grants({"newsletter": dt.date(2018, 1, 1)}) == {} == count_affected({})
