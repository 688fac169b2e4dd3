"""API keys in the console: shown once, rotated with an overlap, revoked at once, and each act proven again."""

import datetime as dt
import re
from typing import Any

import pytest

from accounts.models import ApiKey, User
from consent.api.counting import flush_counts
from consent.tests.conftest import Ask
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.policy.selectors import today
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
LIST = "/console/accounts/apikey/"
WANTED = {"label": "crm", "scopes": ["decisions", "feed"], "ends_on": ""}


@pytest.fixture
def wim(db: None) -> User:
    return make_user("wim@kept.example", "manage_api_keys", is_staff=True)


def shown(answer: Any) -> str:
    """The key on a page that shows one."""
    found = re.search(r"<code>(kept_[\w-]+)</code>", answer.content.decode())
    assert found and "no-store" in answer["Cache-Control"]
    return found.group(1)


def page_of(label: str) -> str:
    return f"{LIST}{ApiKey.objects.get(label=label).pk}/change/"


def test_a_key_from_its_making_to_its_end(wim: User, ask: Ask) -> None:
    client = signed_in(wim)
    last_day = today() + dt.timedelta(days=30)
    key = shown(client.post(f"{LIST}add/", {**WANTED, "ends_on": f"{last_day}"}))
    ask(purpose="newsletter", key=key)
    flush_counts()
    row = ApiKey.objects.get(label="crm")
    assert row.scopes == "decisions feed" and row.expires_at
    assert dt.timedelta(days=29) < row.expires_at - clock.now() < dt.timedelta(days=32)
    listed, page = client.get(LIST).content.decode(), client.get(page_of("crm")).content.decode()
    assert "decisions feed" in listed and f"{row.expires_at:%Y-%m-%d}" in listed
    assert "in the hour from" in page and "kept_" not in listed + page and row.key_hash not in listed + page

    fresh = shown(client.post(page_of("crm"), {"act": "rotate", "overlap": "24"}))
    ask(purpose="newsletter", key=key)
    ask(purpose="newsletter", key=fresh)
    old = f"{LIST}{row.pk}/change/"
    assert b"works beside its successor" in client.get(LIST).content
    assert b"has its successor" in client.post(old, {"act": "rotate", "overlap": "24"}, follow=True).content
    assert client.post(page_of("crm"), {"act": "rotate", "overlap": "9999"}).status_code == 200  # names the field

    assert b"Revoked." in client.post(page_of("crm"), {"act": "revoke"}, follow=True).content
    ask(purpose="newsletter", key=fresh, status=401)
    assert b"revoked already" in client.post(page_of("crm"), {"act": "revoke"}, follow=True).content
    made_and_revoked = AuditEvent.objects.filter(actor_kind="staff", type__startswith="accounts.api_key")
    assert [event.type.rpartition("_")[2] for event in made_and_revoked.order_by("at")] == [
        "made",
        "rotated",
        "revoked",
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ends_on": "2020-01-01"}, "Choose an end in the future"),
        ({"scopes": ["everything"]}, "Select a valid choice"),
        ({"scopes": []}, "This field is required"),
        ({"label": "shop"}, "A key with this label exists"),
        ({"label": "before crm"}, "Choose another label"),
    ],
)
def test_a_wrong_wish_makes_no_key(wim: User, ask: Ask, change: dict[str, object], says: str) -> None:
    answer = signed_in(wim).post(f"{LIST}add/", {**WANTED, **change})
    assert says in answer.content.decode() and ApiKey.objects.count() == 1


def test_who_may_not_or_has_not_proven_it_again_does_nothing(wim: User, lena: User, ask: Ask) -> None:
    stale, shop = signed_in(wim, proven_ago_s=3600), page_of("shop")
    for path, form in (
        (f"{LIST}add/", WANTED),
        (shop, {"act": "rotate", "overlap": "24"}),
        (shop, {"act": "revoke"}),
    ):
        assert "reauthenticate" in stale.post(path, form)["Location"]
        assert signed_in(lena).post(path, form).status_code == 403
    assert signed_in(wim).post(shop, {"act": "nothing"}).status_code == 403
    assert signed_in(lena).get(LIST).status_code == signed_in(lena).get(shop).status_code == 403
    assert stale.get(LIST).status_code == 200
    ask(purpose="newsletter")
    assert ApiKey.objects.get().revoked_at is None
