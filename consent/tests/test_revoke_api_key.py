"""A key that was revoked at the command line asks no more."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiKey
from consent.tests.conftest import Ask

pytestmark = pytest.mark.django_db


def test_a_revoked_key_is_refused_at_once(ask: Ask) -> None:
    ask(purpose="newsletter")
    call_command("revoke_api_key", "shop")
    ask(purpose="newsletter", status=401)
    assert ApiKey.objects.get().revoked_at
    with pytest.raises(CommandError, match="revoked already"):
        call_command("revoke_api_key", "shop")
    with pytest.raises(CommandError, match="no key with this label"):
        call_command("revoke_api_key", "other")
