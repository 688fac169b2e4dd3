"""Promotions: nobody enters without a permission for exactly that one, and entries go after its end."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from consent.scoped.links import make_permission_token
from consent.services import How, set_preference
from consent.vocabulary import Door
from privacy.intake.models import Promotion, PromotionEntry
from privacy.intake.services.promotions import drop_unconfirmed, open_promotion
from privacy.intake.tests.conftest import Post
from privacy.intake.vocabulary import EntryState
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.models import Subject
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import today
from privacy.retention.models import DisposalReceipt
from privacy.retention.services import dry_run, enable_rule, start_run
from privacy.testing.cast import make_user

pytestmark = pytest.mark.django_db
PATH = "/api/v1/promotions/summer/entries"


@pytest.fixture
def summer(demo_policy: PolicyVersion) -> Promotion:
    return open_promotion(
        code="summer",
        label="Summer draw",
        terms="Win a year of service.",
        site="main",
        ends_on=today() + dt.timedelta(days=10),
        actor=OPERATOR,
        now=clock.now(),
    )


def entry(**more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "subject": {"email": "alice@example.com"},
        "age": {"years": 30},
        "consent": True,
        "answers": [{"name": "slogan", "value": "Keep it up"}],
    }
    return {**body, **more}


def press(user: User, choice: str, code: str = "summer") -> int:
    token = make_permission_token(user.subject_id, "promotions", f"promotion:{code}", clock.now())
    url = f"/preferences/permissions/by/{token}/"
    page = Client().get(url).content.decode()
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    return Client().post(url, {"choice": choice, "digest": digest}).status_code


@pytest.mark.promise(35)
def test_an_entry_needs_the_consent_and_counts_after_the_permission(post: Post, summer: Promotion, alice: User) -> None:
    refused = post(PATH, entry(consent=False), status=403)
    assert (refused["field"], refused["code"]) == ("consent", "no_consent")
    assert not PromotionEntry.objects.exists()
    assert post(PATH, entry(), status=202)["state"] == "pending"
    assert press(alice, "yes") == 302
    assert PromotionEntry.objects.get().state == EntryState.ENTERED
    press(alice, "no")
    assert not PromotionEntry.objects.exists()


@pytest.mark.promise(35)
def test_entries_are_purged_after_the_end_with_a_receipt(post: Post, summer: Promotion, alice: User) -> None:
    post(PATH, entry(), status=202)
    press(alice, "yes")
    legal = Actor.staff(make_user("ines@kept.example", "switch_rules", is_staff=True).pk)
    assert dry_run(code="promotion_entries", actor=legal, now=clock.now()).due == 0
    over = today() - dt.timedelta(days=32)
    PromotionEntry.objects.update(promotion_ended_on=over)
    assert dry_run(code="promotion_entries", actor=legal, now=clock.now()).due == 1
    enable_rule(code="promotion_entries", actor=legal, now=clock.now())
    start_run(code="promotion_entries", actor=legal, now=clock.now())
    run_until_empty()
    assert not PromotionEntry.objects.exists()
    assert '"removed":1' in DisposalReceipt.objects.get().body


@pytest.mark.promise(35)
def test_a_no_to_promotions_removes_every_entry(post: Post, summer: Promotion, alice: User) -> None:
    post(PATH, entry(), status=202)
    press(alice, "yes")
    set_preference(
        subject_id=alice.subject_id,
        purpose_code="promotions",
        allow=False,
        how=How(Door.SIGNED_IN),
        actor=Actor.subject(alice.subject_id),
        now=clock.now(),
    )
    assert not PromotionEntry.objects.exists()


def test_over_twice_too_young_unknown_and_never_permitted(post: Post, summer: Promotion, alice: User) -> None:
    assert post("/api/v1/promotions/winter/entries", entry(), status=404)["code"] == "not_found"
    assert post(PATH, entry(age={"years": 9}), status=403)["code"] == "too_young"
    assert post(PATH, entry(consent="yes"), status=400)["field"] == "consent"
    first = post(PATH, entry(), status=202, idem="e1")
    assert post(PATH, entry(), status=200, idem="e1") == first
    assert post(PATH, entry(), status=409)["code"] == "entered"
    assert drop_unconfirmed(now=clock.now() + dt.timedelta(days=6)) == 0
    assert drop_unconfirmed(now=clock.now() + dt.timedelta(days=8)) == 1
    assert post(PATH, entry(), status=410, idem="e1")["code"] == "gone"
    Promotion.objects.update(ends_on=today() - dt.timedelta(days=2))
    people = Subject.objects.count()
    assert post(PATH, entry(subject={"email": "new@example.com"}), status=409)["code"] == "over"
    assert Subject.objects.count() == people


def test_a_promotion_stands_as_it_was_opened(summer: Promotion) -> None:
    values: dict[str, Any] = {
        "code": "summer",
        "label": "x",
        "terms": "x",
        "site": "main",
        "ends_on": summer.ends_on,
        "actor": OPERATOR,
        "now": clock.now(),
    }
    for change, field in (
        ({}, "code"),
        ({"code": "other", "site": "nowhere"}, "site"),
        ({"code": "other", "ends_on": dt.date(2020, 1, 1)}, "ends_on"),
    ):
        with pytest.raises(InvalidInput) as caught:
            open_promotion(**{**values, **change})
        assert caught.value.field == field
