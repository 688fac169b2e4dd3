"""Which headers count as a signal (GPC-1, GPC-2, DNT-1), where GPC is announced, and what the policy says."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client, RequestFactory

from consent.signals.reading import sent, signals_of, told
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.selectors import today as local_today
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import dated


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        ("1", True),
        ("1, 1", True),
        ("0,1", True),
        ("1,0", True),
        ("true, 1", True),
        ("0", False),
        ("", False),
        ("true", False),
        ("1;x", False),
        ("11", False),
        ("1.0", False),
        ("01", False),
        ("\u0661", False),
        (" ", False),
        ("1\x00", False),
        ("one,", False),
    ],
)
def test_a_signal_is_exactly_one(value: str, counts: bool) -> None:
    assert ("gpc" in sent({"HTTP_SEC_GPC": value})) is counts
    assert ("dnt" in sent({"HTTP_DNT": value})) is counts


def test_two_signals_are_two_things() -> None:
    assert sent({"HTTP_SEC_GPC": "1", "HTTP_DNT": "0"}) == {"gpc"}
    assert sent({"HTTP_SEC_GPC": "0", "HTTP_DNT": "1"}) == {"dnt"}
    assert sent({}) == frozenset()
    assert told(["gpc", "tcf", "DNT"]) == {"gpc"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_carries_it(method: str) -> None:
    assert signals_of(RequestFactory().generic(method, "/", headers={"Sec-GPC": "1"})) == {"gpc"}


@pytest.mark.django_db
def test_gpc_json_says_what_the_policy_does(demo_policy: Any, client: Client) -> None:
    answer = client.get("/.well-known/gpc.json")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"gpc": True, "lastUpdate": "2018-05-15"}
    assert dt.date.fromisoformat(answer.json()["lastUpdate"])
    today = local_today() - dt.timedelta(days=2)
    text = dated(today.isoformat(), ("Global Privacy Control, treatment: honored", "GPC, treatment: ignored"))
    publish_policy(
        version=load_policy(text=text, actor=OPERATOR, now=clock.now()).version, actor=OPERATOR, now=clock.now()
    )
    assert json.loads(client.get("/.well-known/gpc.json").content) == {"gpc": False, "lastUpdate": today.isoformat()}
    assert client.post("/.well-known/gpc.json").status_code == 405


@pytest.mark.django_db
def test_without_a_policy_nothing_is_claimed(client: Client) -> None:
    assert client.get("/.well-known/gpc.json").status_code == 404


@pytest.mark.django_db
@pytest.mark.promise(89)
def test_the_policy_says_what_each_signal_does(demo_policy: Any, client: Client) -> None:
    page = client.get("/policy/").text
    assert "<dt>Do Not Track</dt><dd>We do not act on it. Use the preferences page instead.</dd>" in page
    assert "It switches off: Offers of partners; Cookies and beacons" in page
