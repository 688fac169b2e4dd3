"""What the tests of the banner share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from consent.api.counting import flush_counts
from consent.banner.sites import sites_by_key
from consent.terms import forget_terms

ORIGIN = {"Origin": "https://vtiger.com"}
GPC = {"Sec-GPC": "1"}
Choose = Callable[..., Any]


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """Nothing that another test left in memory."""
    forget_terms()
    cache.clear()
    yield
    flush_counts()
    forget_terms()


@pytest.fixture
def key(demo_policy: Any) -> str:
    """The public key of the main site."""
    return next(iter(sites_by_key()))


@pytest.fixture
def choose(key: str, client: Client) -> Choose:
    """Press a button of the banner on the main site; `allow` are codes."""

    def press(*allow: str, browser: Client = client, status: int = 200, headers: Any = ORIGIN, **more: str) -> Any:
        body = {"site": key, "lang": "en", "choice": "some", "allow": ",".join(allow), **more}
        answer = browser.post("/banner/v1/choice", body, headers=headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    return press
