"""Every page of the account stands in our own layout and speaks our own words; its mail leads to our own address."""

import re
from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from accounts.models import EndReason, LoginEvent, User
from privacy.audit.models import AuditEvent
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.testing.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db

# What stands on the stock pages and must be nowhere here: they speak of contacts that nobody named, in capitals.
STOCK = re.compile(
    r"contact us|Bad Token|reauthenticate to|Sign Up|Sign In|Verify Your|Thank you for using|user [0-9a-f]{8}-"
)


@pytest.fixture
def carol(db: None) -> User:
    user = make_user("carol@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in() -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": "carol@example.com", "password": PASSWORD})
    return client


def newest_mail() -> CapturedMail:
    run_until_empty()
    return CapturedMail.objects.latest("created_at")


def check(body: str, where: str) -> None:
    main = body.partition("<main")[2].partition("</main>")[0]
    assert main.count("<h1") == 1, where
    assert re.search(r"<title>\s*[^<·]*\S[^<·]*· Kept</title>", body), where
    assert 'href="/static/kept/kept.css"' in body, where
    assert not re.search(r"<style|style=|<script|data:image|mailto:", main), where
    assert not STOCK.search(main), (where, STOCK.search(main))
    for field in re.findall(r"<(?:input|textarea|select)[^>]*>", main):
        if 'type="hidden"' in field:
            continue
        name = re.search(r' id="([^"]+)"', field)
        assert name and f'for="{name.group(1)}"' in main, (where, field)
    for tag in re.findall(r"<button[^>]*>", main):
        assert re.search(r'class="(button|link)', tag), (where, tag)


def open_doors() -> Iterator[tuple[str, str]]:
    """Pages that need no sign-in."""
    client = Client()
    wrong = {"email": "x", "password1": "a", "password2": "b"}
    yield "signup", client.get("/accounts/signup/").content.decode()
    yield "signup wrong", client.post("/accounts/signup/", wrong).content.decode()
    yield "login", client.get("/accounts/login/").content.decode()
    yield "login wrong", client.post("/accounts/login/", {"login": "x@y.example", "password": "x"}).content.decode()
    yield "sent", client.get("/accounts/confirm-email/").content.decode()
    yield "confirm bad", client.get("/accounts/confirm-email/abc:def/").content.decode()
    yield "inactive", client.get("/accounts/inactive/").content.decode()
    yield "reset", client.get("/accounts/password/reset/").content.decode()
    yield "reset done", client.get("/accounts/password/reset/done/").content.decode()
    yield "reset bad", client.get("/accounts/password/reset/key/abc-def/").content.decode()
    yield "reset key done", client.get("/accounts/password/reset/key/done/").content.decode()


def test_pages_without_a_sign_in() -> None:
    for where, body in open_doors():
        check(body, where)


def test_pages_of_ones_own_account(carol: User) -> None:
    client = sign_in()
    EmailAddress.objects.create(user=carol, email="second@example.com", verified=False, primary=False)
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/name/", "/accounts/logout/", "/logins/"):
        check(client.get(path).content.decode(), path)
    EmailAddress.objects.filter(verified=False).delete()  # a second factor waits for open confirmations
    check(client.get("/accounts/reauthenticate/").content.decode(), "reauthenticate")
    check(client.post("/accounts/reauthenticate/", {"password": "wrong"}).content.decode(), "reauthenticate wrong")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    check(client.get("/accounts/2fa/").content.decode(), "second factor off")
    activate = client.get("/accounts/2fa/totp/activate/").content.decode()
    check(activate, "activate")
    secret = re.search(r'id="authenticator_secret" value="(\w+)"', activate)
    assert secret and f'alt="{secret.group(1)}"' not in activate
    TOTP.activate(carol, generate_totp_secret())
    check(client.get("/accounts/2fa/recovery-codes/generate/").content.decode(), "make codes")
    RecoveryCodes.activate(carol)
    for path in ("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "reauthenticate/"):
        check(client.get(f"/accounts/2fa/{path}").content.decode(), path)
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": carol.email, "password": PASSWORD})
    check(client.get("/accounts/2fa/authenticate/").content.decode(), "second factor asked")


def test_staff_are_not_offered_to_turn_it_off(carol: User) -> None:
    carol.is_staff = True
    carol.save(update_fields=["is_staff"])
    TOTP.activate(carol, generate_totp_secret())
    client = Client()
    client.force_login(carol)
    body = client.get("/accounts/2fa/").content.decode()
    assert "Staff always work with one" in body and "totp/deactivate" not in body


@pytest.mark.django_db(transaction=True)
def test_mailed_links_lead_to_our_own_address_whatever_host_was_asked(carol: User, settings: Settings) -> None:
    settings.KEPT_BASE_URL, settings.ALLOWED_HOSTS = "https://privacy.example", ["*"]
    forged = Client(headers={"host": "evil.example"})
    forged.post("/accounts/password/reset/", {"email": carol.email})
    reset = newest_mail()
    assert reset.subject == "Kept: Choose a new password"
    forged.post("/accounts/signup/", {"email": "dave@example.com", "password1": PASSWORD, "password2": PASSWORD})
    confirm = newest_mail()
    assert confirm.subject == "Kept: Confirm your address"
    forged.post("/accounts/signup/", {"email": carol.email, "password1": PASSWORD, "password2": PASSWORD})
    exists = newest_mail()
    assert exists.subject == "Kept: You have an account already"
    for mail in (reset, confirm, exists):
        assert "evil" not in mail.text and not STOCK.search(mail.text)
        assert set(re.findall(r"https?://[^/\s]+", mail.text)) == {"https://privacy.example"}


@pytest.mark.django_db(transaction=True)
def test_a_reset_password_ends_every_login_and_says_why(carol: User) -> None:
    browser = sign_in()
    other = Client()
    other.post("/accounts/password/reset/", {"email": carol.email})
    found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", newest_mail().text)
    assert found
    form = other.get(found.group(1)).headers["location"]
    check(other.get(form).content.decode(), "new password")
    assert LoginEvent.objects.get().logged_out_at is None  # opening the link changes nothing
    new = "another correct horse"
    other.post(form, {"password1": new, "password2": new})
    assert LoginEvent.objects.get().end_reason == EndReason.PASSWORD_CHANGE
    assert browser.get("/logins/").status_code == 302


def test_sessions_ended_by_any_door_are_noted_as_ended_elsewhere(carol: User) -> None:
    for browser in (sign_in(), sign_in()):
        browser.get("/logins/")
    request = RequestFactory().get("/")
    request.user, request.session = carol, Client().session
    with context.request_context(request):
        end_other_sessions(request, carol)
    assert set(LoginEvent.objects.values_list("end_reason", flat=True)) == {EndReason.REVOKED}
    assert AuditEvent.objects.filter(type="accounts.session_revoked").count() == 2


def test_a_logout_everywhere_keeps_this_session(carol: User) -> None:
    other, here = sign_in(), sign_in()
    other.get("/logins/")
    here.post("/logins/end-others/")
    assert sorted(LoginEvent.objects.values_list("end_reason", flat=True)) == ["", EndReason.REVOKED]
    assert (other.get("/my-data/").status_code, here.get("/my-data/").status_code) == (302, 200)


def test_a_session_has_no_remember_me_and_no_end_beyond_twelve_hours(carol: User, settings: Settings) -> None:
    client = Client()
    assert "remember" not in client.get("/accounts/login/").content.decode()
    client.post("/accounts/login/", {"login": carol.email, "password": PASSWORD, "remember": "on"})
    assert client.session.get_expiry_age() <= settings.SESSION_COOKIE_AGE
