"""A decision expands to its full record for good: after an erasure, a new policy, and the end of its purpose."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from accounts.models import Identifier, User
from consent.models import ConsentEvent
from consent.receipts.jsonld import as_receipt
from consent.receipts.record import Archive, full_record
from consent.services import How, set_preference
from consent.terms import forget_terms
from consent.tests.receipt_fields import missing_27560
from consent.vocabulary import Door
from dsr.models import SubjectRequest
from dsr.services.approving import approve_plan
from dsr.services.intake import file_from_account
from dsr.services.planning import prepare_erasure
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import purposes
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import DEMO

pytestmark = pytest.mark.django_db
GONE = "partner_offers"


def decided(user: User) -> ConsentEvent:
    (event,) = set_preference(
        subject_id=user.subject_id,
        purpose_code=GONE,
        allow=True,
        how=How(Door.SIGNED_IN, site="store"),
        actor=Actor.subject(user.subject_id),
        now=clock.now(),
    )
    return event


def without_purpose(day: str) -> str:
    """The demo policy of another date, another text, and without one purpose."""
    document: dict[str, Any] = yaml.safe_load(DEMO)
    document["policy"].update(effective_on=day, controller="Another name", change_summary="One purpose ends.")
    document["purposes"] = [one for one in document["purposes"] if one["code"] != GONE]
    document["notices"] = [one for one in document["notices"] if one["purpose"] != GONE]
    for one in document["categories"]:
        one["only_for"] = [code for code in one.get("only_for", []) if code != GONE]
    for each in document["translations"]:
        each["purposes"] = [one for one in each["purposes"] if one["code"] != GONE]
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))


def new_policy(user: User) -> None:
    now = clock.now()
    draft = load_policy(text=without_purpose("2020-01-01"), actor=OPERATOR, now=now).version
    publish_policy(version=draft, actor=OPERATOR, now=now)
    forget_terms()
    assert GONE not in {one.code for one in purposes()}


def erasure(user: User) -> None:
    person, now = Actor.subject(user.subject_id), clock.now()
    case = file_from_account(user=user, rights=["erasure"], actor=person, now=now)
    run_until_empty()
    staff = [
        User.objects.create_user(f"{name}@kept.example", is_staff=True, is_superuser=True) for name in ("one", "two")
    ]
    plan = prepare_erasure(subject_request=case, actor=Actor.staff(staff[0].pk), now=clock.now())
    approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(staff[1].pk), now=clock.now())
    run_until_empty()
    assert SubjectRequest.objects.get(pk=case.pk).state == "closed"
    assert not Identifier.objects.filter(subject_id=user.subject_id).exists()


@pytest.mark.parametrize("happening", [erasure, new_policy])
def test_the_full_record_is_the_same_afterwards(
    alice: User, demo_policy: Any, happening: Callable[[User], None]
) -> None:
    event = decided(alice)
    before = as_receipt(full_record(event))
    happening(alice)
    fresh = ConsentEvent.objects.get(pk=event.pk)
    record = full_record(fresh, Archive())
    assert as_receipt(record) == before
    assert missing_27560(before) == []
    assert record.shown.verifies and record.is_row_whole and record.controller.name == "Vtiger"
    assert "alice" not in str(before)


def test_an_event_of_an_unknown_day_still_gives_a_record(alice: User, demo_policy: Any) -> None:
    event = decided(alice)
    event.policy_on, event.notice_digest, event.purpose = dt.date(1999, 1, 1), "", "unheard_of"
    record = full_record(event)
    assert record.version is None and record.label == "unheard_of" and not record.is_row_whole
    assert not record.shown.is_kept and not record.shown.verifies
    missing = ["lawful basis", "PII information", "collection method", "privacy rights"]
    assert missing_27560(as_receipt(record)) == missing


def test_an_altered_text_shows(alice: User, demo_policy: PolicyVersion) -> None:
    event = decided(alice)
    notice = demo_policy.notice_rows.get(digest=event.notice_digest)
    archive = Archive()
    archive._texts[event.policy_on, event.notice_digest] = notice
    notice.text += " And more."
    assert not full_record(event, archive).shown.verifies
