"""Legal sees a draft as the preferences page would show it, in each language; nothing there can be pressed."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from consent.models import ConsentEvent
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.policy.drafting import save_draft, start_draft
from privacy.policy.editing import find_entry, put_entry
from privacy.policy.models import PolicyVersion
from privacy.policy.previewing import link_to_page
from privacy.policy.selectors import document_of
from privacy.policy.writing import as_plain
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(demo_policy: PolicyVersion, lena: User) -> PolicyVersion:
    actor, now = Actor.staff(lena.pk), clock.now()
    version = start_draft(effective_on=dt.date(2031, 1, 1), actor=actor, now=now)
    content = as_plain(document_of(version))
    entry = {**(find_entry(content, "purposes", "newsletter") or {}), "label": "The monthly letter"}
    changed = put_entry(content, "purposes", "newsletter", entry)
    return save_draft(version=version, base=version.digest, content=changed, actor=actor, now=now)


def test_it_is_the_page_with_the_words_of_the_draft(draft: PolicyVersion, lena: User) -> None:
    client = signed_in(lena)
    page = client.get(link_to_page(draft.pk, "newsletter", "en")).content.decode()
    assert "The monthly letter" in page and "<div inert>" in page and "2031-01-01" in page
    german = client.get(link_to_page(draft.pk, "newsletter", "de")).content.decode()
    assert "Ablehnen" in german and "Dürfen wir Ihnen unseren Newsletter" in german
    assert client.post(link_to_page(draft.pk, "newsletter", "en"), {"choice": "none"}).status_code == 405
    assert not ConsentEvent.objects.exists()
    assert "The monthly letter" not in client.get("/preferences/").content.decode()


def test_nobody_else_sees_a_draft(draft: PolicyVersion, alice: User) -> None:
    url = link_to_page(draft.pk, "", "en")
    assert Client().get(url).status_code == 302 and signed_in(alice).get(url).status_code == 403
    assert signed_in(alice).get(url.replace(str(draft.pk)[:8], "00000000")).status_code == 403
