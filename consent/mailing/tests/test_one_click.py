"""RFC 8058 by the book: no cookie, no form token, no redirect under any setting, one answer for every bad link."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from consent.links import EVERYTHING, make_preferences_token, make_unsubscribe_token
from consent.models import ConsentEvent, Preference
from consent.tests.conftest import choose
from privacy.kernel import clock
from privacy.kernel.tokens import token_hash
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
BODY = {"List-Unsubscribe": "One-Click"}
MAIL = uuid.UUID(int=7).hex


def link(user: User, purpose: str = "newsletter") -> str:
    return f"/unsubscribe/{make_unsubscribe_token(user.subject_id, purpose, MAIL)}"


def status(user: User, purpose: str = "newsletter") -> str:
    return Preference.objects.get(subject_id=user.subject_id, purpose=purpose).status


def send_everybody_away(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """A middleware as somebody might add it."""
    return lambda request: HttpResponseRedirect("https://www.example.com/login")


def set_a_cookie(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.set_cookie("seen", "1")
        return response

    return answer


def ask_for_a_password(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    return lambda request: HttpResponse(status=401, headers={"WWW-Authenticate": "Basic"})


def after_ours(*names: str) -> list[str]:
    first, *rest = django_settings.MIDDLEWARE
    return [first, *names, *rest]


TRAPS: dict[str, dict[str, Any]] = {
    "plain": {},
    "append slash": {"APPEND_SLASH": True},
    "https only": {"SECURE_SSL_REDIRECT": True, "SECURE_REDIRECT_EXEMPT": []},
    "https elsewhere": {"SECURE_SSL_REDIRECT": True, "SECURE_REDIRECT_EXEMPT": [], "SECURE_SSL_HOST": "x.example"},
    "prepend www": {"PREPEND_WWW": True},
    "another host": {"ALLOWED_HOSTS": ["only.this.example"]},
    "languages": {"MIDDLEWARE": after_ours("django.middleware.locale.LocaleMiddleware"), "USE_I18N": True},
    "sign-in": {"MIDDLEWARE": [*django_settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]},
    "a redirect": {"MIDDLEWARE": after_ours(f"{__name__}.send_everybody_away")},
    "a cookie": {"MIDDLEWARE": after_ours(f"{__name__}.set_a_cookie")},
    "a password": {"MIDDLEWARE": after_ours(f"{__name__}.ask_for_a_password")},
    "sessions": {"SESSION_SAVE_EVERY_REQUEST": True, "CSRF_USE_SESSIONS": True},
    "no agents": {"DISALLOWED_USER_AGENTS": [re.compile("Mail")]},
    "small bodies": {"DATA_UPLOAD_MAX_MEMORY_SIZE": 1, "DATA_UPLOAD_MAX_NUMBER_FIELDS": 1},
}


@pytest.mark.promise(20)
@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("end", ["", "/"])
def test_no_setting_puts_a_redirect_or_a_cookie_in_the_way(
    settings: Settings, alice: User, demo_policy: Any, trap: str, end: str
) -> None:
    choose(alice, "newsletter", allow=True)
    path = link(alice) + end
    for name, value in TRAPS[trap].items():
        setattr(settings, name, value)
    client = Client(enforce_csrf_checks=True, headers={"User-Agent": "Mail"})
    client.cookies[settings.SESSION_COOKIE_NAME] = "of-somebody-else"
    answer = client.post(path, BODY)
    assert answer.status_code == 200 and "Set-Cookie" not in str(answer.serialize_headers())
    assert not answer.cookies and "Location" not in answer.headers
    assert status(alice) == "withdrawn"


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"],
)
def test_every_encoding_unsubscribes_and_again_is_the_same(alice: User, demo_policy: Any, kind: str) -> None:
    choose(alice, "newsletter", allow=True)
    bodies = {
        "multipart/form-data; boundary=x": '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
        "One-Click\r\n--x--\r\n",
        "application/x-www-form-urlencoded": "List-Unsubscribe=One-Click",
    }
    for _ in range(3):
        answer = Client(enforce_csrf_checks=True).post(link(alice), bodies.get(kind, "?"), content_type=kind)
        assert answer.status_code == 200
    assert ConsentEvent.objects.filter(status="withdrawn").count() == 1
    assert ConsentEvent.objects.latest("at").door == ("one_click" if kind in bodies else "link")


def test_the_ledger_names_the_method_the_mail_and_the_link(alice: User, demo_policy: Any) -> None:
    path = link(alice)
    Client().post(path, BODY)
    event = ConsentEvent.objects.get()
    assert (event.door, event.source_kind, event.source_id) == ("one_click", "mail", MAIL)
    assert event.token_id == token_hash(path.removeprefix("/unsubscribe/"))[:32]
    assert alice.email not in path and str(alice.subject_id.hex) not in path and "newsletter" not in path


def test_only_this_topic_ends_and_the_other_link_ends_all(alice: User, bob: User, demo_policy: Any) -> None:
    for code in ("newsletter", "product_news", "events", "click_tracking"):
        choose(alice, code, allow=True)
    choose(bob, "newsletter", allow=True)
    Client().post(link(alice), BODY)
    assert (status(alice), status(alice, "product_news"), status(bob)) == ("withdrawn", "given", "given")
    page = Client().get(link(alice, "product_news")).content.decode()
    assert 'href="/unsubscribe/' in page and "Stop all promotional mail" in page
    Client().post(link(alice, EVERYTHING), BODY)
    assert (status(alice, "product_news"), status(alice, "events")) == ("withdrawn", "withdrawn")
    assert status(alice, "click_tracking") == "given" and status(bob) == "given"
    assert not Preference.objects.filter(purpose="transactional").exists()


@pytest.mark.promise(20)
def test_fifty_scanners_change_nothing(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    for purpose in ("newsletter", EVERYTHING):
        for _ in range(50):
            assert Client().get(link(alice, purpose)).status_code == 200
            assert Client().head(link(alice, purpose)).status_code == 200
    assert status(alice) == "given" and ConsentEvent.objects.count() == 1
    assert Client().put(link(alice)).status_code == 405 and Client().options(link(alice)).status_code == 405


def test_every_bad_link_gets_the_same_bytes(alice: User, demo_policy: Any) -> None:
    good = link(alice)
    flipped = good[:-5] + ("A" if good[-5] != "A" else "B") + good[-4:]
    foreign = f"/unsubscribe/{make_preferences_token(alice.email, clock.now())}"
    answers = set()
    for path in ("/unsubscribe/x", flipped, foreign, "/unsubscribe/k9.AAAA", "/unsubscribe/é", "/unsubscribe/a%00b"):
        for method in (Client().get, Client().post):
            answer = method(path)
            headers = {name: value for name, value in answer.headers.items() if name != "Expires"}  # a time of day
            answers.add((answer.status_code, answer.content, str(headers)))
    assert len(answers) == 1 and answers.pop()[0] == 404 and not ConsentEvent.objects.exists()


def test_the_button_of_the_page_is_told_from_the_mail_program(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    answer = signed_in(alice).post(link(alice))  # as the form on the page posts it
    assert "Done: no more" in answer.content.decode() and not answer.cookies
    assert ConsentEvent.objects.latest("at").door == "link"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY" and "no-store" in answer.headers["Cache-Control"]


def test_the_check_fails_where_something_stands_before_it(settings: Settings) -> None:
    settings.MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware", *settings.MIDDLEWARE]
    assert "kept.E020" in {found.id for found in run_checks()}
