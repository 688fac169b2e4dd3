"""When a session was last seen is noted once a minute, and another address at once."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession

from accounts.models import User
from privacy.kernel import clock
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


def test_once_a_minute_and_another_address_at_once(alice: User) -> None:
    client = signed_in(alice)
    client.get("/logins/")
    long_ago = clock.now() - dt.timedelta(hours=1)
    UserSession.objects.update(last_seen_at=long_ago)
    client.get("/logins/")
    assert UserSession.objects.get().last_seen_at == long_ago
    client.get("/logins/", REMOTE_ADDR="192.0.2.7")
    seen = UserSession.objects.get()
    assert seen.last_seen_at > long_ago and seen.ip == "192.0.2.7"
