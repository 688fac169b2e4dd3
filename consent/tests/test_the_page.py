"""What the preferences page shows of every line, and what it costs."""

import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from consent.links import make_preferences_token
from consent.models import ConsentEvent, Preference
from consent.tests.conftest import choose
from consent.tests.webhook_helpers import endpoint_for
from privacy.jobs.models import OutboxMessage
from privacy.kernel import clock
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MOST_BYTES, MOST_QUERIES = 30_000, 8


def link(user: User, **ago: float) -> str:
    return f"/preferences/by/{make_preferences_token(user.email, clock.now() - dt.timedelta(**ago))}/"


def shown(client: Client, path: str = "/preferences/") -> str:
    return client.get(path).content.decode()


def card(page: str, code: str) -> str:
    start = page.index(f'id="{code}"')
    return page[start : page.index("</article>", start)]


def test_the_page_is_light_and_asks_little(alice: User, demo_policy: Any) -> None:
    for number in range(30):
        choose(alice, "newsletter", allow=number % 2 == 0)
    choose(alice, "product_news", allow=True, channel="sms")
    path, client = link(alice), Client()
    shown(client, path)  # the policy's purposes are kept in memory for a moment
    with CaptureQueriesContext(connection) as asked:
        page = client.get(path)
    assert len(asked) <= MOST_QUERIES, [one["sql"][:80] for one in asked]
    own = signed_in(alice)
    shown(own)  # a session is noted once a minute
    with CaptureQueriesContext(connection) as asked:
        shown(own)
    assert len(asked) <= MOST_QUERIES, [one["sql"][:80] for one in asked]
    styles = b"".join(Path(settings.BASE_DIR, "static", name).read_bytes() for name in STYLES)
    assert len(gzip.compress(page.content)) + len(gzip.compress(styles)) < MOST_BYTES


STYLES = ("kept/kept.css", "consent/preferences.css", "kept/icon.svg")


def test_every_line_says_what_why_which_data_and_who(alice: User, demo_policy: Any) -> None:
    text = card(shown(signed_in(alice)), "third_party_sharing")
    for words in ("We pass your contact data", "May we pass", "Name and contact", "Marketing partners", "How to undo"):
        assert words in text
    assert text.index("You can withdraw at any time") < text.index('value="yes"')
    assert text.index("Marketing partners") < text.index('value="yes"')  # the named recipient before the question


def test_the_right_to_object_stands_apart(alice: User, demo_policy: Any) -> None:
    page = shown(signed_in(alice))
    section = page[page.index('id="at-objection"') : page.index('id="at-needed"')]
    assert "You have the right to object to each of them" in section
    for code in ("security_logs", "usage_analytics", "legal_claims"):
        buttons = [each.split(">")[-1] for each in card(page, code).split("</button>")[:-1]]
        assert f'id="{code}"' in section and buttons == ["Object", "Allow"]  # no double negative
    assert "Your use is then counted in totals only" in card(page, "usage_analytics")
    assert "newsletter" not in section


def test_needed_uses_are_explained_and_have_no_button(alice: User, demo_policy: Any) -> None:
    text = card(shown(signed_in(alice)), "payment")
    assert "<button" not in text and "needed" in text and "it has no switch" in text


def test_a_refusal_is_remembered_at_least_as_long_as_a_grant(alice: User, demo_policy: Any) -> None:
    choose(alice, "click_tracking", allow=True)
    choose(alice, "open_tracking", allow=False)
    rows = {row.purpose: row.expires_at for row in Preference.objects.all()}
    assert rows["click_tracking"] is not None and rows["open_tracking"] is None


def test_a_signal_is_shown_as_honored(alice: User, demo_policy: Any) -> None:
    client = signed_in(alice)
    page = client.get("/preferences/", headers={"Sec-GPC": "1"}).content.decode()
    assert "Opt-out request honored" in page
    assert "Switched off by a signal of your browser (Global Privacy Control)" in card(page, "third_party_sharing")


def test_an_old_link_mails_a_fresh_one_right_there(alice: User, demo_policy: Any) -> None:
    path, client = link(alice, minutes=11), Client()
    page = shown(client, path)
    assert "Mail me a fresh link" in page and 'value="yes"' not in page
    assert 'value="fresh"' in card(page, "newsletter") and "Allow (by a fresh link)" in card(page, "newsletter")
    said = client.post(path, {"choice": "fresh"}, follow=True).content.decode()
    assert "A fresh link is on its way" in said and OutboxMessage.objects.count() == 1
    assert b"wait two minutes" in client.post(path, {"choice": "fresh"}, follow=True).content
    assert OutboxMessage.objects.count() == 1 and not ConsentEvent.objects.exists()


def test_a_long_history_is_turned_page_by_page(alice: User, bob: User, demo_policy: Any) -> None:
    client, start = signed_in(alice), clock.now() - dt.timedelta(days=2)
    for number in range(30):
        choose(alice, "newsletter", allow=number % 2 == 0, now=start + dt.timedelta(hours=number))
    [foreign] = choose(bob, "newsletter", allow=True)
    seen: list[str] = []
    path = "/preferences/"
    for _ in range(5):
        page = shown(client, path)
        history = page[page.index('<h2 id="history"') :]
        seen += [row.split('"')[0] for row in history.split("/preferences/receipts/")[1:]]
        if "?before=" not in history:
            break
        path = "/preferences/?before=" + history.split("?before=")[1].split("#")[0]
    assert len(seen) == len(set(seen)) == 30
    for strange in (str(foreign.pk), "x", "0" * 32):
        assert str(foreign.pk) not in shown(client, f"/preferences/?before={strange}").replace(strange, "")


def test_who_has_confirmed_is_told(alice: User, demo_policy: Any) -> None:
    assert "connected system" not in shown(signed_in(alice))
    endpoint_for("https://93.184.216.34/hook", "crm")
    choose(alice, "newsletter", allow=True)
    text = card(shown(signed_in(alice)), "newsletter")
    assert "Confirmed by 0 of 1 connected system." in text and "Still waiting: crm." in text
