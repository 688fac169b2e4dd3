"""What an operator gives to the people who build a site."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def test_it_prints_script_link_and_policy_lines(demo_policy: Any, key: str) -> None:
    out = StringIO()
    call_command("embed", "main", stdout=out)
    said = out.getvalue()
    assert f"/banner/v1.js?site={key}" in said and f"/choices/{key}/" in said and said.count("vtiger.com") == 1
    assert 'ad_storage: "denied"' in said and "wait_for_update: 500" in said and "script-src" in said
    with pytest.raises(CommandError):
        call_command("embed", "nowhere", stdout=out)
