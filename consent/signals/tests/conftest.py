"""What the tests of signals share."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.cache import cache

from consent.terms import forget_terms
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.selectors import today
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import dated


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """Nothing that another test left in memory."""
    forget_terms()
    cache.clear()
    yield
    forget_terms()


@pytest.fixture
def both_honored(db: None) -> None:
    """A policy that honors GPC and DNT, and counts the use of the service on an interest that DNT objects to."""
    changes = [
        ("label: Do Not Track, treatment: ignored", "label: Do Not Track, treatment: honored"),
        ("code: click_tracking\n", "code: click_tracking\n    denied_by: [dnt]\n"),
        ("code: usage_analytics\n", "code: usage_analytics\n    denied_by: [dnt, gpc]\n"),
    ]
    text = dated((today() - dt.timedelta(days=2)).isoformat(), *changes)
    version = load_policy(text=text, actor=OPERATOR, now=clock.now()).version
    if not version.is_published:
        publish_policy(version=version, actor=OPERATOR, now=clock.now())
    forget_terms()
