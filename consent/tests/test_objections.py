"""Legitimate interest: an objection denies, a recorded compelling ground overrules it, and direct marketing never."""

from typing import Any

import pytest

from accounts.models import User
from consent.models import ConsentEvent, Preference
from consent.overruling import overrule_objection
from consent.tests.conftest import Ask, choose
from consent.tests.policies import with_purpose
from privacy.audit.models import AuditEvent
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState

pytestmark = pytest.mark.django_db
WORDS = "Somebody signs in as her from abroad, night by night."


def overrule(user: User, lena: User, purpose: str = "security_logs", ground: str = "security") -> list[ConsentEvent]:
    actor = Actor.staff(lena.pk)
    return overrule_objection(
        subject_id=user.subject_id, purpose_code=purpose, ground=ground, words=WORDS, actor=actor, now=clock.now()
    )


@pytest.mark.promise(50)
def test_an_objection_denies_until_a_compelling_ground_is_recorded_and_a_new_one_denies_again(
    ask: Ask, alice: User, lena: User
) -> None:
    choose(alice, "security_logs", allow=False)
    assert (ask(purpose="security_logs")["decision"], ask(purpose="security_logs")["reason"]) == ("deny", "objected")
    [event] = overrule(alice, lena)
    answer = ask(purpose="security_logs")
    assert (answer["decision"], answer["reason"]) == ("allow", "compelling_ground")
    assert "overruled" in answer["explanation"][-1]
    assert (event.door, event.source_id, event.actor_id) == ("legal", "security", lena.pk)
    assert AuditEvent.objects.filter(type="consent.ground_recorded", actor_id=lena.pk).count() == 1
    with pytest.raises(StaleState):
        overrule(alice, lena)
    choose(alice, "security_logs", allow=False)
    assert ask(purpose="security_logs")["reason"] == "objected"
    assert verify_ledger(now=clock.now()).faults == []


def test_an_objection_to_direct_marketing_is_absolute(ask: Ask, alice: User, lena: User) -> None:
    with_purpose("usage_analytics", message_class="promotional", channels=["email"])
    assert ask(purpose="usage_analytics")["decision"] == "allow"
    choose(alice, "usage_analytics", allow=False)  # no reason is asked
    with pytest.raises(DomainError, match="absolute"):
        overrule(alice, lena, "usage_analytics")
    Preference.objects.update(status="overruled")  # whatever a row says, the rule says no
    answer = ask(purpose="usage_analytics")
    assert (answer["decision"], answer["reason"]) == ("deny", "objected")
    assert answer["explanation"][-1] == "denied: an objection to direct marketing is absolute."


@pytest.mark.parametrize(
    ("purpose", "ground", "error"),
    [
        ("security_logs", "because", InvalidInput),
        ("newsletter", "security", DomainError),
        ("security_logs", "security", StaleState),
    ],
)
def test_what_cannot_be_overruled_is_refused(
    alice: User, lena: User, demo_policy: Any, purpose: str, ground: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        overrule(alice, lena, purpose, ground)
    assert not ConsentEvent.objects.exists()


@pytest.mark.promise(33)
def test_what_the_service_or_the_law_needs_is_allowed_with_its_basis(ask: Ask, alice: User) -> None:
    for purpose, basis in (("transactional", "contract"), ("legal_obligation", "legal_obligation")):
        answer = ask(purpose=purpose)
        assert (answer["decision"], answer["reason"], answer["basis"]) == ("allow", "needed", basis)
        with pytest.raises(DomainError, match="no switch"):
            choose(alice, purpose, allow=False)
