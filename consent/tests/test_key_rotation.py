"""Keys rotate with an overlap, end by themselves, and say in which hour they were last used."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.api_keys import make_api_key, rotate_api_key
from accounts.models import ApiKey
from consent.api.counting import flush_counts
from consent.tests.conftest import Ask
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import InvalidInput, StaleState

pytestmark = pytest.mark.django_db


def test_both_keys_ask_until_the_old_one_ends(ask: Ask) -> None:
    said = StringIO()
    call_command("rotate_api_key", "shop", "--overlap-hours", "24", stdout=said)
    fresh = said.getvalue().strip()
    ask(purpose="newsletter")
    ask(purpose="newsletter", key=fresh)
    old, new = ApiKey.objects.order_by("created_at")
    assert new.label == "shop" and old.label.startswith("before ") and new.family == old.pk
    assert old.expires_at and dt.timedelta(hours=23) < old.expires_at - clock.now() <= dt.timedelta(hours=24)
    assert AuditEvent.objects.filter(type="accounts.api_key_rotated").count() == 1
    ApiKey.objects.filter(pk=old.pk).update(expires_at=clock.now())
    ask(purpose="newsletter", status=401)
    ask([{"subject": {"email": "a@b.example"}, "purpose": "newsletter"}], status=401)
    ask(purpose="newsletter", key=fresh)
    with pytest.raises(StaleState):
        rotate_api_key(key=old, overlap=dt.timedelta(), actor=OPERATOR, now=clock.now())
    with pytest.raises(CommandError, match="no key with this label"):
        call_command("rotate_api_key", "nobody")


def test_a_key_that_is_about_to_end_does_not_live_longer_by_its_rotation(demo_policy: object) -> None:
    now = clock.now()
    end = now + dt.timedelta(hours=1)
    make_api_key(label="shop", scopes="decisions", actor=OPERATOR, now=now, expires_at=end)
    key = ApiKey.objects.get()
    with pytest.raises(InvalidInput):
        rotate_api_key(key=key, overlap=dt.timedelta(days=91), actor=OPERATOR, now=now)
    rotate_api_key(key=key, overlap=dt.timedelta(days=3), actor=OPERATOR, now=now)
    old, new = ApiKey.objects.order_by("created_at", "expires_at")
    assert old.expires_at == end and new.expires_at == now + dt.timedelta(hours=1)


def test_the_hour_of_the_last_use_stands_beside_the_key(ask: Ask) -> None:
    assert ApiKey.objects.get().last_used_at is None
    ask(purpose="newsletter")
    flush_counts()
    used = ApiKey.objects.get().last_used_at
    assert used == clock.now().replace(minute=0, second=0, microsecond=0)
