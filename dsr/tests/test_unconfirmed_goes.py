"""Contact and words of a request that has ended go by the retention rules, the words after the contact."""

import datetime as dt

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from dsr.models import CaseNote, Contact, SubjectRequest
from dsr.services import ending
from dsr.tests.doors import file
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.policy.models import PolicyVersion
from privacy.retention.services import dry_run, enable_rule, start_run

pytestmark = pytest.mark.django_db


def dispose(code: str, now: dt.datetime) -> None:
    dry_run(code=code, actor=SYSTEM, now=now)
    enable_rule(code=code, actor=SYSTEM, now=now)
    start_run(code=code, actor=SYSTEM, now=now)
    run_until_empty()


def test_contact_then_words(demo_policy: PolicyVersion, settings: Settings) -> None:
    settings.KEPT_DEMO = True
    now = clock.now()
    file(Client(), "carol@example.com", message="Since May.")
    file(Client(), "dora@example.com", message="Still waiting.")
    old = SubjectRequest.objects.filter(
        contact__in=[c for c in Contact.objects.all() if c.email == "carol@example.com"]
    )
    old.update(filed_at=now - dt.timedelta(days=100))
    CaseNote.objects.update(created_at=now - dt.timedelta(days=100))
    old.update(safe_on=clock.local_date(now, settings.KEPT_TIME_ZONE))
    ending.tend_unconfirmed(actor=SYSTEM, now=now - dt.timedelta(days=4))
    ending.tend_unconfirmed(actor=SYSTEM, now=now)
    Contact.objects.exclude(erase_on=None).update(
        erase_on=clock.local_date(now, settings.KEPT_TIME_ZONE) - dt.timedelta(days=1)
    )
    dispose("case_contact", now)
    assert [contact.email for contact in Contact.objects.all()] == ["dora@example.com"]
    dispose("case_notes", now)
    assert [note.text for note in CaseNote.objects.all()] == ["Still waiting."]
