"""The dated rules of the policy on the banner: when somebody is asked again, and Google's defaults by region."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from consent.banner.consent_mode import consent_mode
from consent.banner.tests.conftest import Choose
from consent.terms import forget_terms
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.selectors import today
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import dated

pytestmark = pytest.mark.django_db


def test_in_california_nobody_is_asked_again_within_a_year(
    choose: Choose, client: Client, key: str, settings: Any, monkeypatch: Any
) -> None:
    settings.KEPT_REGION_HEADER = "X-Region"
    now = clock.now()
    choose(headers={"Origin": "https://vtiger.com", "X-Region": "US-CA"})

    def asks(days: int, region: str) -> bool:
        monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=days))
        return '"a":1' in client.get(f"/banner/v1.js?site={key}", headers={"X-Region": region}).text

    assert [asks(days, "US-CA") for days in (1, 200, 360, 370)] == [False, False, False, True]
    assert not asks(200, "DE")  # where the no was said counts as well


def test_a_rule_of_a_region_reaches_googles_defaults(demo_policy: Any) -> None:
    assert consent_mode()["r"] == []  # everything is off everywhere
    rule = "law: LGPD, from_on: 2020-09-18,"
    text = dated((today() - dt.timedelta(days=2)).isoformat(), (rule, f"{rule} on_by_default: [site_measurement],"))
    version = load_policy(text=text, actor=OPERATOR, now=clock.now()).version
    if not version.is_published:
        publish_policy(version=version, actor=OPERATOR, now=clock.now())
    forget_terms()
    assert consent_mode()["r"] == [{"r": ["BR"], "s": {"site_measurement": 1}}]
