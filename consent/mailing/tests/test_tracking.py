"""Clicks and openings: measured links only for who allows it, and after a withdrawal nothing is kept any more."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.api_keys import make_api_key
from accounts.models import User
from consent.mailing.campaigns.services import count_audience, start_campaign, write_campaign
from consent.mailing.models import Campaign, MailReading
from consent.mailing.tests.conftest import MailServer
from consent.mailing.tracking.links import Measured, check_target, click_url, open_url
from consent.tests.conftest import choose
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM, Actor
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.contract import Action, Person, handlers
from privacy.personal_data.disposals import disposables
from privacy.testing.cast import make_user

pytestmark = pytest.mark.django_db
NEWS = "https://www.example.com/news?a=1&b=2"
TEXT = f"Read {NEWS} and (https://www.example.com/). Again: {NEWS}.\n"
BASE = "http://localhost:8000"


def path(url: str) -> str:
    return url.removeprefix(BASE)


def link(user: User, target: str = NEWS) -> Measured:
    return Measured(user.subject_id, "newsletter", "m" * 32, target=target)


@pytest.fixture
def sent(alice: User, demo_policy: Any, mail_server: MailServer) -> Any:
    """Send a campaign to alice; the copy as it came."""
    lena = make_user("lena@kept.example", "send_campaign", is_staff=True)

    def send() -> Any:
        choose(alice, "newsletter", allow=True)
        actor = Actor.staff(lena.pk)
        row = write_campaign(purpose_code="newsletter", subject_line="News", text=TEXT, actor=actor, now=clock.now())
        count_audience(campaign=row, actor=actor, now=clock.now())
        run_until_empty()
        start_campaign(campaign=Campaign.objects.get(pk=row.pk), actor=actor, now=clock.now())
        run_until_empty()
        return mail_server.mails[-1]

    return send


@pytest.mark.promise(23)
def test_without_a_consent_nothing_in_the_mail_measures(sent: Any) -> None:
    mail = sent()
    assert not mail.is_multipart() and "/m/" not in mail.get_content() and TEXT.strip() in mail.get_content()


@pytest.mark.promise(23)
def test_clicks_and_openings_are_separate(sent: Any, alice: User) -> None:
    choose(alice, "click_tracking", allow=True)
    mail = sent()
    assert not mail.is_multipart()  # no picture
    clicks = re.findall(rf"{BASE}(/m/l/[\w.-]+[\w-])", mail.get_content())
    assert len(clicks) == 3 and len(set(clicks)) == 2 and NEWS not in mail.get_content()
    answer = Client().get(clicks[0])
    assert (answer.status_code, answer.headers["Location"]) == (302, NEWS)
    assert answer.headers["Referrer-Policy"] == "no-referrer" and not answer.cookies
    Client().get(clicks[1])
    rows = MailReading.objects.order_by("position").values_list("kind", "topic", "position")
    assert list(rows) == [("click", "newsletter", 0), ("click", "newsletter", 1)]
    choose(alice, "click_tracking", allow=False)
    choose(alice, "open_tracking", allow=True)
    again = sent()
    assert "/m/l/" not in again.as_string()
    picture = re.search(rf'src="{BASE}(/m/p/[^"]+\.gif)"', again.get_body(("html",)).get_content())
    assert picture
    shown = Client().get(picture.group(1))
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/gif") and shown.content[:6] == b"GIF89a"
    assert len(shown.content) < 64 and MailReading.objects.filter(kind="open").count() == 1


@pytest.mark.promise(23)
def test_after_a_withdrawal_old_links_lead_on_and_keep_nothing(alice: User, demo_policy: Any) -> None:
    for code in ("click_tracking", "open_tracking"):
        choose(alice, code, allow=True)
    old = [path(click_url(link(alice))), path(open_url(link(alice, "")))]
    for code in ("click_tracking", "open_tracking"):
        choose(alice, code, allow=False)
    for one in old:
        assert Client().get(one).status_code in {200, 302}
    assert Client().get(old[0]).headers["Location"] == NEWS and not MailReading.objects.exists()


def test_an_expired_or_never_given_consent_keeps_nothing(alice: User, bob: User, demo_policy: Any) -> None:
    choose(alice, "click_tracking", allow=True, now=clock.now() - dt.timedelta(days=731))
    for user in (alice, bob):
        assert Client().get(path(click_url(link(user)))).status_code == 302
    assert not MailReading.objects.exists()


def test_scanners_with_a_consent_count_once_and_heads_never(alice: User, demo_policy: Any) -> None:
    for code in ("click_tracking", "open_tracking"):
        choose(alice, code, allow=True)
    for one in (path(click_url(link(alice))), path(open_url(link(alice, "")))):
        for _ in range(50):
            assert Client().head(one).status_code in {200, 302}
    assert not MailReading.objects.exists()
    for one in (path(click_url(link(alice))), path(open_url(link(alice, "")))):
        for _ in range(50):
            Client().get(one)
        assert Client().post(one).status_code == 405
    assert sorted(MailReading.objects.values_list("kind", flat=True)) == ["click", "open"]


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "//evil.example",
        "/local",
        "data:text/html,x",
        "ftp://a.example",
        "http://",
        "https://a\nb",
    ],
)
def test_a_measured_link_is_a_web_address(alice: User, demo_policy: Any, target: str) -> None:
    with pytest.raises(InvalidInput):
        check_target(target)


def test_no_open_redirect(alice: User, demo_policy: Any) -> None:
    good = path(click_url(link(alice)))
    for bad in (good[:-3] + "AAA", "/m/l/x", "/m/l/https://evil.example", good.replace("/m/l/", "/m/p/") + ".gif"):
        answer = Client().get(bad + "?u=https://evil.example&url=https://evil.example")
        assert answer.status_code == 404 and "Location" not in answer.headers
    assert Client().get(good + "?u=https://evil.example").headers["Location"] == NEWS
    assert "example.com" not in good and alice.subject_id.hex not in good


def test_what_is_kept_is_shown_erased_and_ends(alice: User, demo_policy: Any) -> None:
    choose(alice, "click_tracking", allow=True)
    Client().get(path(click_url(link(alice))))
    handler, mine = handlers.get("mailing.MailReading"), Person((alice.subject_id,))
    [record] = list(handler.export(mine))
    assert (record.category, record.row["topic"]) == ("browsing", "newsletter")
    assert handler.plan(mine, Action.ERASE, now=clock.now()).nothing_held is False
    rule = next(one for one in disposables() if one.code == "mail_readings")
    assert (rule.period, rule.column, rule.action) == ("browsing", "at", "delete") and SYSTEM


@pytest.fixture
def headers(demo_policy: Any) -> Any:
    key = make_api_key(label="sender", scopes="mail", actor=OPERATOR, now=clock.now())

    def post(body: Any, *, status: int = 200, key: str = key) -> Any:
        answer = Client().post(
            "/api/v1/mail-headers",
            body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    return post


def test_an_outside_sender_gets_decision_headers_and_links(alice: User, headers: Any, https: str) -> None:
    question = {
        "subject": {"email": alice.email}, "purpose": "newsletter", "links": [NEWS], "message_id": "<a@b.example>"
    }  # fmt: skip
    denied = headers(question)
    assert (denied["decision"], denied["reason"], denied["headers"]) == ("deny", "not_given", {})
    assert denied["body_link"] is None and denied["links"] == {}
    choose(alice, "newsletter", allow=True)
    plain = headers(question)
    assert plain["decision"] == "allow" and plain["links"] == {NEWS: NEWS} and plain["pixel"] is None
    assert plain["headers"]["List-Unsubscribe"] == f"<{plain['body_link']}>"
    assert plain["headers"]["List-Id"].endswith("<newsletter.kept.example>") and plain["body_link_all"]
    choose(alice, "click_tracking", allow=True)
    choose(alice, "open_tracking", allow=True)
    measured = headers([question, {**question, "subject": {"email": "nobody@example.com"}}])
    assert [one["reason"] for one in measured] == ["given", "unknown_person"]
    assert measured[0]["links"][NEWS].startswith(f"{https}/m/l/") and measured[0]["pixel"].endswith(".gif")
    assert Client().get(measured[0]["links"][NEWS].removeprefix(https)).headers["Location"] == NEWS
    Client().post(plain["body_link"].removeprefix(https), {"List-Unsubscribe": "One-Click"})
    assert headers(question)["reason"] == "withdrawn"
    assert "a@b.example" not in str(MailReading.objects.values_list("mail_id", flat=True))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", "body"),
        ("[]", "body"),
        ([1], "[0]"),
        ({"subject": {}}, "[0].subject"),
        ({"subject": {"email": 1}}, "[0].subject"),
        ({"subject": {"email": "a@b.example"}, "purpose": 5}, "[0].purpose"),
        ({"subject": {"email": "a@b.example"}, "purpose": "newsletter", "links": ["javascript:x"]}, "[0].links"),
        ({"subject": {"email": "a@b.example"}, "purpose": "newsletter", "links": "x"}, "[0].links"),
        ({"subject": {"email": "no"}, "purpose": "newsletter"}, "identifier"),
    ],
)
def test_a_bad_question_is_named(headers: Any, body: Any, field: str) -> None:
    assert headers(body, status=400)["field"] == field


def test_without_a_key_of_this_scope_nothing_is_answered(headers: Any) -> None:
    other = make_api_key(label="other", scopes="decisions", actor=OPERATOR, now=clock.now())
    assert "mail" in headers({}, status=401, key=other)["error"]
    locked = {"subject": {"email": "a@b.example"}, "purpose": "transactional"}
    assert headers(locked)["reason"] == "wrong_class" and headers({**locked, "purpose": "x"})["decision"] == "deny"
