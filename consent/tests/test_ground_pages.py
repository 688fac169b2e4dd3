"""A compelling ground in the console: recorded in words against one objection, ended again, never for marketing."""

import re
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from consent.models import CompellingGround, ConsentEvent
from consent.tests.conftest import Ask, choose
from consent.tests.policies import with_purpose
from privacy.audit.models import AuditEvent
from privacy.audit.verifying import verify_ledger
from privacy.kernel import clock
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
WORDS = "Somebody signs in as her from abroad, night by night."
FORM = {"act": "record", "ground": "security", "words": WORDS}


@pytest.fixture
def lara(db: None) -> User:
    return make_user("lara@kept.example", "work_subject_request", "overrule_objections", is_staff=True)


def place(user: User, purpose: str = "security_logs") -> str:
    return f"/console/consent/consentevent/person/{user.subject_id}/ground/{purpose}/"


def test_legal_records_a_ground_and_ends_it(ask: Ask, alice: User, lara: User) -> None:
    client, person = signed_in(lara), f"/console/consent/consentevent/person/{alice.subject_id}/"
    assert "ground/" not in client.get(person).content.decode()
    assert b"No objection stands any more" in client.post(place(alice), FORM).content
    choose(alice, "security_logs", allow=False)
    [link] = re.findall(r'href="([^"]+/ground/[^"]+)">Record a compelling ground', client.get(person).content.decode())
    assert link == place(alice) and b"The person objected on" in client.get(link).content

    for wrong in ({"words": "  "}, {"ground": "because"}, {"words": "x" * 2001}):
        assert client.post(link, {**FORM, **wrong}).status_code == 200
    assert not CompellingGround.objects.exists() and ask(purpose="security_logs")["reason"] == "objected"

    assert client.post(link, FORM)["Location"] == person
    assert ask(purpose="security_logs")["reason"] == "compelling_ground"
    assert WORDS in client.get(link).content.decode() and "The ground</a>" in client.get(person).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM consent_compellingground")
        assert "abroad" not in str(cursor.fetchone())
    assert not AuditEvent.objects.filter(payload__contains="abroad").exists()
    assert b"No objection stands any more" in client.post(link, FORM).content

    assert client.post(link, {"act": "end"})["Location"] == person
    assert ask(purpose="security_logs")["reason"] == "objected"
    assert b"No ground is in force any more" in client.post(link, {"act": "end"}).content
    row, event = CompellingGround.objects.get(), ConsentEvent.objects.latest("at")
    assert (event.door, event.source_id, event.actor_id) == ("legal", "ended", lara.pk) and row.ended_at == event.at
    acts = AuditEvent.objects.filter(type__startswith="consent.ground_", actor_id=lara.pk).order_by("at")
    assert [act.type for act in acts] == ["consent.ground_recorded", "consent.ground_ended"]
    assert verify_ledger(now=clock.now()).faults == []


def test_a_new_objection_ends_the_ground_and_takes_a_new_one(ask: Ask, alice: User, lara: User) -> None:
    client = signed_in(lara)
    choose(alice, "security_logs", allow=False)
    client.post(place(alice), FORM)
    choose(alice, "security_logs", allow=False)
    assert ask(purpose="security_logs")["reason"] == "objected"
    assert CompellingGround.objects.get().ended_at
    client.post(place(alice), {**FORM, "ground": "claims"})
    assert [row.ground for row in CompellingGround.objects.filter(ended_at=None)] == ["claims"]


def test_never_for_marketing_consent_or_nobody(alice: User, lara: User, demo_policy: Any) -> None:
    with_purpose("usage_analytics", message_class="promotional", channels=["email"])
    choose(alice, "usage_analytics", allow=False)
    client, nobody = signed_in(lara), "00000000-0000-4000-8000-000000000000"
    for path in (
        place(alice, "usage_analytics"),
        place(alice, "newsletter"),
        place(alice).replace(str(alice.subject_id), nobody),
    ):
        assert client.get(path).status_code == client.post(path, FORM).status_code == 404
    person = client.get(f"/console/consent/consentevent/person/{alice.subject_id}/").content.decode()
    assert "objected" in person and "compelling" not in person
    assert not CompellingGround.objects.exists()


def test_who_may_not_or_has_not_proven_it_again_records_nothing(
    alice: User, lena: User, lara: User, demo_policy: Any
) -> None:
    choose(alice, "security_logs", allow=False)
    assert "reauthenticate" in signed_in(lara, proven_ago_s=3600).post(place(alice), FORM)["Location"]
    assert signed_in(lena).post(place(alice), FORM).status_code == 403
    assert signed_in(lara).post(place(alice), {**FORM, "act": "nothing"}).status_code == 403
    assert not CompellingGround.objects.exists()
