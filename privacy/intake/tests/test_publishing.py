"""Nobody is quoted or named without a live grant for exactly that, and a withdrawal takes it down at once."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import merge_subjects
from consent.models import ScopedGrant
from consent.scoped.links import make_permission_token
from consent.services import How, set_preference
from consent.vocabulary import Door
from privacy.audit.models import AuditEvent
from privacy.intake.models import CustomerEntry, Testimonial
from privacy.intake.models.publishing import Publication
from privacy.intake.services.publishing import publish, take_down_ungranted
from privacy.intake.tests.conftest import Post
from privacy.intake.vocabulary import PublicState
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.card_numbers import CARD_MASK
from privacy.personal_data.models import Restriction
from privacy.policy.board import ControlState, controls_of

pytestmark = pytest.mark.django_db
WORDS = "It saved us a day a week."
PATHS = {"testimonials": Testimonial, "customers": CustomerEntry}


def body(kind: str, **more: Any) -> dict[str, Any]:
    base = {"subject": {"email": "alice@example.com"}, "site": "main", "name": "Alice, Acme"}
    return {**base, **({"text": WORDS} if kind == "testimonials" else {}), **more}


def report(post: Post, kind: str) -> Publication:
    answer = post(f"/api/v1/{kind}", body(kind))
    assert answer["state"] == "received"
    return PATHS[kind]._default_manager.get(pk=answer["id"])


def press(row: Publication, choice: str) -> None:
    """The person opens the mailed link and presses the button."""
    url = f"/preferences/permissions/by/{make_permission_token(row.subject_id, row.purpose, row.scope, clock.now())}/"
    page = Client().get(url).content.decode()
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    assert Client().post(url, {"choice": choice, "digest": digest}).status_code == 302


def listed(kind: str) -> str:
    api = Client().get(f"/api/v1/{kind}")
    assert api.status_code == 200 and "max-age=5" in api["Cache-Control"]
    return api.content.decode() + Client().get(f"/{kind}/").content.decode()


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("testimonials", marks=pytest.mark.promise(37)),
        pytest.param("customers", marks=pytest.mark.promise(38)),
    ],
)
def test_published_only_with_the_grant_and_down_with_its_withdrawal(post: Post, alice: User, kind: str) -> None:
    row = report(post, kind)
    act = f"/api/v1/{kind}/{row.pk}"
    refused = post(f"{act}/publish", {}, status=409)
    assert refused["code"] == "not_given" and "Alice" not in listed(kind)
    press(row, "yes")
    assert "Alice" not in listed(kind)  # a grant publishes nothing by itself
    assert post(f"{act}/publish", {}, status=200)["state"] == "published"
    assert listed(kind).count("Alice, Acme") == 2
    press(row, "no")
    row.refresh_from_db()
    assert (row.state, row.end_reason) == (PublicState.ENDED, "withdrawn")
    assert "Alice" not in listed(kind)
    assert json.loads(AuditEvent.objects.get(type="intake.taken_down").payload)["reason"] == "withdrawn"
    assert post(f"{act}/publish", {}, status=409)["code"] == "withdrawn"


@pytest.mark.promise(37)
def test_the_preferences_page_ends_it_too(post: Post, alice: User) -> None:
    row = report(post, "testimonials")
    press(row, "yes")
    publish(row=row, actor=SYSTEM, now=clock.now())
    set_preference(
        subject_id=alice.subject_id,
        purpose_code="testimonials",
        allow=False,
        how=How(Door.ONE_CLICK),
        actor=Actor.subject(alice.subject_id),
        now=clock.now(),
    )
    row.refresh_from_db()
    assert row.state == PublicState.ENDED and WORDS not in listed("testimonials")


@pytest.mark.promise(37)
def test_other_words_are_not_what_was_granted(post: Post, alice: User) -> None:
    row = report(post, "testimonials")
    press(row, "yes")
    publish(row=row, actor=SYSTEM, now=clock.now())
    changed = Testimonial.objects.get(pk=row.pk)
    changed.text = "It saved us two days a week."
    changed.save(update_fields=["text"])
    assert "saved us" not in listed("testimonials")
    [control] = controls_of(37)
    assert control.answer().state is ControlState.RED
    assert take_down_ungranted(now=clock.now()) == 1
    row.refresh_from_db()
    assert row.end_reason == "text_changed" and control.answer().state is ControlState.GREEN


@pytest.mark.promise(38)
@pytest.mark.parametrize("why", ["restricted", "expired"])
def test_what_ends_a_grant_without_an_event_hides_it_at_once(post: Post, alice: User, why: str) -> None:
    row = report(post, "customers")
    press(row, "yes")
    publish(row=row, actor=SYSTEM, now=clock.now())
    if why == "restricted":
        Restriction.objects.create(subject=alice.subject, ground="contested")
    else:
        ScopedGrant.objects.update(expires_at=clock.now() - dt.timedelta(seconds=1))
    assert "Alice" not in listed("customers")
    assert take_down_ungranted(now=clock.now()) == 1 and take_down_ungranted(now=clock.now()) == 0
    row.refresh_from_db()
    assert row.end_reason == why


@pytest.mark.promise(38)
def test_a_merge_with_somebody_who_refused_takes_it_down(post: Post, alice: User, bob: User) -> None:
    row = report(post, "customers")
    press(row, "yes")
    publish(row=row, actor=SYSTEM, now=clock.now())
    set_preference(
        subject_id=bob.subject_id,
        purpose_code="customer_list",
        allow=False,
        how=How(Door.SIGNED_IN),
        actor=Actor.subject(bob.subject_id),
        now=clock.now(),
    )
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    assert "Alice" not in listed("customers")
    take_down_ungranted(now=clock.now())
    row.refresh_from_db()
    assert row.state == PublicState.ENDED


def test_a_grant_for_one_quotation_is_none_for_the_next(post: Post, alice: User) -> None:
    first = report(post, "testimonials")
    press(first, "yes")
    second = post("/api/v1/testimonials", body("testimonials", text="And the support is good."))
    assert post(f"/api/v1/testimonials/{second['id']}/publish", {}, status=409)["code"] == "pending"
    assert post(f"/api/v1/customers/{second['id']}/publish", {}, status=404)["code"] == "not_found"


def test_repetitions_restricted_people_and_hostile_input(post: Post, alice: User) -> None:
    first = post("/api/v1/testimonials", body("testimonials"), idem="t1")
    assert post("/api/v1/testimonials", body("testimonials"), idem="t1", status=200) == first
    Testimonial.objects.all().delete()
    assert post("/api/v1/testimonials", body("testimonials"), idem="t1", status=410)["code"] == "gone"
    for change, field in (
        ({"text": "x" * 4001}, "text"),
        ({"text": "a\x00"}, "text"),
        ({"name": ""}, "name"),
        ({"site": "nowhere"}, "site"),
        ({"published": True}, "published"),
    ):
        assert post("/api/v1/testimonials", body("testimonials", **change), status=400)["field"] == field
    typed = post("/api/v1/testimonials", body("testimonials", text="<b>My card 4111111111111111</b>"))
    assert Testimonial.objects.get(pk=typed["id"]).text == f"<b>My card {CARD_MASK}</b>"
    Restriction.objects.create(subject=alice.subject, ground="contested")
    assert post("/api/v1/testimonials", body("testimonials"), status=403)["code"] == "restricted"
    assert Client().delete("/api/v1/testimonials").status_code == 405
    assert Client().get("/api/v1/testimonials?before=nonsense").status_code == 400
    assert Client().get("/testimonials/?before=nonsense").status_code == 404
