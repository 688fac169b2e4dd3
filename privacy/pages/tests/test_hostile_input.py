"""Whatever is sent to a door that anybody can reach, the answer is a page and never an error of ours."""

import json
import string
import unicodedata
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.api_keys import make_api_key
from accounts.models import User
from consent.api.counting import flush_counts
from consent.links import make_preferences_token, make_unsubscribe_token
from consent.terms import forget_terms
from dsr.tests.doors import links, mails
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import MAX_LENGTH, MAX_TYPED, normalize
from privacy.testing.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db

NASTY = (
    "",
    "\x00",
    "a\x00b@example.com",
    "a@b.example\r\nBcc: c@d.example",
    "<script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "%s%n%00",
    "' OR 1=1 --",
    "../../etc/passwd",
    "\u202egnp.exe",  # right to left
    "\u200b\ufeff",  # nothing to see
    "\U0001f469\u200d\U0001f4bb@\U0001f4a9.example",
    "مثال@مثال.إختبار",
    "x" * 1_000_000,
    "\ufdfa" * 20_000,  # one character that NFKC makes eighteen of
    "a@" + "ü" * 100_000 + ".example",
    "999999999999999999999999999999999999",
    "-1",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "00000000-0000-0000-0000-000000000000",
    "//elsewhere.example/",
)
values = st.one_of(st.sampled_from(NASTY), st.text(max_size=60))
FAST = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

PUBLIC_FORMS = {
    "/requests/new/": ("rights", "email", "name", "message", "language"),
    "/requests/resend/": ("email",),
    "/preferences/link/": ("email",),
    "/accounts/login/": ("login", "password", "next", "remember"),
    "/accounts/signup/": ("email", "password1", "password2", "next"),
    "/accounts/password/reset/": ("email",),
    "/accounts/confirm-email/abc:def/": ("action",),
    "/accounts/2fa/authenticate/": ("code",),
}
OWN_FORMS = {
    "/requests/new/": ("rights", "message"),
    "/preferences/": ("choice", "purpose", "channel", "event"),
    "/accounts/name/": ("name",),
    "/accounts/email/": ("email", "action_add", "action_remove", "action_primary", "action_send"),
    "/accounts/password/change/": ("oldpassword", "password1", "password2"),
    "/accounts/reauthenticate/": ("password", "next"),
    "/accounts/2fa/totp/activate/": ("code",),
    "/accounts/logout/": ("next",),
}
TEXT_IN_PATH = (
    "/requests/confirm/{}/",
    "/requests/status/{}/",
    "/requests/{}/",
    "/preferences/by/{}/",
    "/unsubscribe/{}",
    "/policy/{}/",
    "/my-data/tables/{}/",
    "/my-data/tables/accounts.loginevent/?after={}",
    "/my-data/download/{}/",
    "/logins/?after={}",
    "/logins/{}/end/",
    "/accounts/confirm-email/{}/",
    "/accounts/password/reset/key/{}/",
    "/accounts/password/reset/key/1-{}/",
    "/accounts/login/?next={}",
    "/requests/new/?right={}",
    "/console/{}",
    "/demo/enter/{}/",
    "/demo/as/{}/",
)


def forms(fields: dict[str, tuple[str, ...]]) -> Any:
    """One of the forms with something in each of its fields, or in some."""
    return st.sampled_from(sorted(fields)).flatmap(
        lambda path: st.tuples(st.just(path), st.fixed_dictionaries({}, optional=dict.fromkeys(fields[path], values)))
    )


def ask(client: Client, method: str, *more: Any, **extra: Any) -> Any:
    """One question, whose answer must be one of ours: an exception in a view comes through."""
    cache.clear()  # the limits of the forms would answer for them
    answer = getattr(client, method)(*more, **extra)
    assert answer.status_code < 500, (more[0], answer.status_code)
    return answer


@FAST
@given(form=forms(PUBLIC_FORMS))
@example(form=("/requests/new/", {"rights": "access", "email": "a@example.com", "name": "Eve\r\nBcc: x@y.example"}))
@example(form=("/preferences/link/", {"email": NASTY[14]}))
def test_public_forms(demo_policy: Any, form: tuple[str, dict[str, str]]) -> None:
    path, fields = form
    ask(Client(), "post", path, fields)
    ask(Client(), "get", path, fields)


def test_every_nasty_text_in_every_field_of_every_public_form(demo_policy: Any, alice: User) -> None:
    """What chance might leave out. Three of every four fields stay good, so that the bad one is reached."""
    good = {"rights": "access", "email": "a@example.com", "login": "alice@example.com", "password": "no"}
    for path, fields in PUBLIC_FORMS.items():
        for field in fields:
            for text in NASTY:
                ask(Client(), "post", path, {**{name: good.get(name, "x") for name in fields}, field: text})


def test_every_nasty_text_in_every_field_of_ones_own_forms(demo_policy: Any, alice: User) -> None:
    good = {"rights": "access", "choice": "no", "purpose": "newsletter", "password": PASSWORD}
    for path, fields in OWN_FORMS.items():
        client = signed_in(alice)
        for field in fields:
            for text in NASTY:
                ask(client, "post", path, {**{name: good[name] for name in fields if name in good}, field: text})


@FAST
@given(form=forms(OWN_FORMS))
def test_ones_own_forms(demo_policy: Any, alice: User, form: tuple[str, dict[str, str]]) -> None:
    path, fields = form
    ask(signed_in(alice), "post", path, fields)


@FAST
@given(text=values, path=st.sampled_from(TEXT_IN_PATH))
@example(text="\x00", path="/my-data/tables/accounts.loginevent/?after={}")
def test_texts_in_addresses(demo_policy: Any, alice: User, text: str, path: str) -> None:
    where = path.format(quote(text[:5000], safe=""))
    for client in (Client(), signed_in(alice)):
        for method in ("get", "post", "head"):
            ask(client, method, where)


def test_links_that_are_whole_take_no_nonsense(demo_policy: Any, alice: User) -> None:
    """The forms behind mailed links."""
    by_link = f"/preferences/by/{make_preferences_token('new@example.com', clock.now())}/"
    stop = f"/unsubscribe/{make_unsubscribe_token(alice.subject_id, 'newsletter')}"
    Client().post("/requests/new/", {"rights": "access", "email": "new@example.com"})
    confirm = links(mails()[-1], "confirm")[0]
    status = ask(Client(), "post", confirm, {"x": "\x00"}).headers["Location"]
    for text in NASTY:
        for field in ("choice", "purpose", "channel", "event"):
            ask(Client(), "post", by_link, {"choice": "no", "purpose": "newsletter", field: text})
        ask(Client(), "post", by_link, {"choice": "undo", "event": text})
        ask(Client(), "post", stop, {"List-Unsubscribe": text})
        ask(Client(), "post", status, {"act": text})


def test_what_a_request_carries_beside_its_form(demo_policy: Any, alice: User) -> None:
    """Cookies, headers, bodies that are not what they say."""
    paths = ("/", "/requests/new/", "/my-data/", "/console/")
    for path in paths:
        for cookie in ('"\\000aaaaaaaaaaaa"', "\u00e9" * 40, "x" * 4000, "a;b", '"'):
            for name in ("kept", "csrf", "messages"):
                ask(Client(headers={"cookie": f"{name}={cookie}"}), "get", path)
        for name in ("user-agent", "referer", "accept-language", "x-forwarded-for", "host", "origin", "range"):
            for text in ("\x00", "\xff\xfe", "x" * 5_000, "elsewhere.example", "bytes=9-1"):
                ask(Client(), "get", path, headers={name: text})
        for kind in (
            "application/x-www-form-urlencoded; charset=utf-16",
            "multipart/form-data",
            "text/plain; charset=x",
        ):
            for body in (b"\xff\xfe\x00", b"--x\r\nContent-Disposition: form-data\r\n\r\n", b"%00=%ff&" * 3000):
                ask(Client(), "generic", "POST", path, data=body, content_type=kind)
        ask(Client(), "post", path, {"email": "x" * 3_000_000})


def test_a_login_with_a_hostile_browser_is_a_login(alice: User) -> None:
    for agent in ("x" * 5000, "\x00", "\xff", "<script>"):
        for address in ("fe80::1%eth0", "", "not an address", "203.0.113.5:80"):
            ask(
                Client(),
                "post",
                "/accounts/login/",
                {"login": alice.email, "password": PASSWORD},
                headers={"user-agent": agent},
                REMOTE_ADDR=address,
            )


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\ud800", "newsletter", "email", "allow", 10**400, "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["subject", "purpose", "channel", "category", "if_version", "email", "phone"])
            | st.text(string.printable, max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
questions = st.fixed_dictionaries(
    {"subject": st.dictionaries(st.sampled_from(["email", "phone", "device", "external"]), values, min_size=1)},
    optional={
        "purpose": st.sampled_from(["newsletter", "click_tracking"]) | values | st.just("\ud800"),
        "channel": st.sampled_from(["email"]) | values,
        "category": values,
        "if_version": json_values,
    },
)


@FAST
@given(body=st.one_of(questions, st.lists(questions, max_size=3), json_values).map(json.dumps) | st.binary(max_size=80))
@example(body='{"subject": {"email": "a@example.com\\ud800"}, "purpose": "newsletter"}')
@example(body='{"subject": {"external": "\\u0000"}, "purpose": "newsletter", "channel": "\\u0000"}')
@example(body="[" * 100_000)
@example(body='{"subject": {"email": "a@example.com"}, "purpose": "newsletter", "if_version": ' + "9" * 6000 + "}")
def test_the_decision_api(demo_policy: Any, body: str | bytes) -> None:
    forget_terms()
    key = make_api_key(label=f"fuzz {uuid.uuid4()}", scopes="decisions", actor=OPERATOR, now=clock.now())
    for bearer in (f"Bearer {key}", "Bearer \x00", "Bearer", "\xff"):
        answer = ask(
            Client(),
            "post",
            "/api/v1/decisions",
            body,
            content_type="application/json",
            headers={"Authorization": bearer},
        )
        answer.json()
    flush_counts()
    forget_terms()


@given(text=st.text())
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_an_identifier_is_normalized_once_or_refused(text: str) -> None:
    for kind in ("email", "phone", "device", "external"):
        try:
            once = normalize(kind, text)
        except InvalidInput:
            continue
        assert normalize(kind, once) == once and len(once) <= MAX_LENGTH


@pytest.mark.parametrize(
    "text", ["\ufdfa" * 300_000, "a@" + "é" * 300_000 + ".example", "é." * 300_000], ids=["grows", "host", "dots"]
)
def test_a_long_text_is_refused_before_anybody_works_on_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unicode work on a megabyte keeps a thread busy for a minute: whoever sends ten such forms stops the house."""
    worked_on: list[int] = []
    real = unicodedata.normalize

    def noting(form: Any, value: str) -> str:
        worked_on.append(len(value))
        return real(form, value)

    monkeypatch.setattr("privacy.kernel.identifiers.unicodedata.normalize", noting)
    with pytest.raises(InvalidInput):
        normalize("email", text)
    assert not worked_on or max(worked_on) <= MAX_TYPED
