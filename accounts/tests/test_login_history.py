"""Every login has its line: address, device, both times and why it ended. One sees only one's own."""

import datetime as dt
import uuid
from typing import Any

import factory
import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.logins.rules import clean_address, summarize_agent
from accounts.logins.services import close_ended_logins
from accounts.models import EndReason, FailedLogins, LoginEvent, User
from accounts.selectors import person_of
from privacy.audit.models import AuditEvent
from privacy.jobs.models import Job
from privacy.jobs.periodic import tick
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.personal_data.contract import handlers
from privacy.policy.board import controls_of, switched_off
from privacy.testing.cast import PASSWORD, make_user
from privacy.testing.factories import EndedLoginFactory

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
LATER = dt.timedelta(minutes=10)


@pytest.fixture
def carol(db: None) -> User:
    """Somebody who can walk the real way in: her address is confirmed."""
    from allauth.account.models import EmailAddress

    user = make_user("carol@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(email: str = "carol@example.com", password: str = PASSWORD, **extra: Any) -> Client:
    client = Client(headers={"user-agent": FIREFOX}, **extra)
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def only() -> LoginEvent:
    return LoginEvent.objects.get()


@pytest.mark.promise(11)
def test_a_login_and_a_logout_are_one_row_with_both_times(carol: User) -> None:
    client = sign_in(REMOTE_ADDR="203.0.113.9")
    login = only()
    assert (login.ip, login.agent, login.logged_out_at) == ("203.0.113.9", "Firefox on Windows", None)
    assert str(client.session.session_key) not in str(LoginEvent.objects.values())
    page = client.get("/logins/").content.decode()
    assert "203.0.113.9" in page and "This session" in page and "Firefox on Windows" in page
    client.post("/accounts/logout/")
    login = only()
    assert login.end_reason == EndReason.LOGOUT and login.logged_out_at is not None
    again = sign_in().get("/logins/").content.decode()
    assert "Signed out" in again


@pytest.mark.promise(11)
def test_expiry_is_a_reason_not_a_blank(carol: User) -> None:
    sign_in()
    soon = clock.now() - dt.timedelta(seconds=1)
    Session.objects.update(expire_date=soon)
    LoginEvent.objects.update(expires_at=soon)
    assert "Expired" in sign_in().get("/logins/").content.decode()
    close_ended_logins(now=clock.now() + LATER)
    old = LoginEvent.objects.get(end_reason=EndReason.EXPIRED)
    assert old.logged_out_at == old.expires_at
    assert LoginEvent.objects.filter(end_reason="").count() == 1


def test_a_prolonged_session_goes_on(carol: User) -> None:
    client = sign_in()
    LoginEvent.objects.update(expires_at=clock.now() - dt.timedelta(seconds=1))
    assert "This session" in client.get("/logins/").content.decode()
    assert close_ended_logins(now=clock.now() + LATER) == 0
    assert only().expires_at == Session.objects.get(session_key=client.session.session_key).expire_date


def test_a_session_that_vanished_ends_for_an_unknown_cause(carol: User) -> None:
    sign_in()
    Session.objects.all().delete()
    assert close_ended_logins(now=clock.now()) == 0  # too young to judge
    assert close_ended_logins(now=clock.now() + LATER) == 1
    assert only().end_reason == EndReason.UNKNOWN
    assert close_ended_logins(now=clock.now() + LATER) == 0


def test_ending_another_session_signs_that_browser_out(carol: User) -> None:
    phone, laptop = sign_in(), sign_in()
    phone.get("/logins/")
    first = LoginEvent.objects.order_by("logged_in_at").first()
    assert first is not None
    assert laptop.get(f"/logins/{first.pk}/end/").status_code == 405
    laptop.post(f"/logins/{first.pk}/end/")
    first.refresh_from_db()
    assert first.end_reason == EndReason.REVOKED
    assert phone.get("/logins/").status_code == 302
    assert laptop.get("/logins/").status_code == 200
    assert AuditEvent.objects.filter(type="accounts.session_revoked", target_id=first.pk).count() == 1
    laptop.post(f"/logins/{first.pk}/end/")
    assert AuditEvent.objects.filter(type="accounts.session_revoked").count() == 1


def test_every_other_session_ends_and_this_one_stays(carol: User, mallory: User) -> None:
    others, laptop, stranger = [sign_in(), sign_in()], sign_in(), Client()
    stranger.force_login(mallory)
    stranger.get("/logins/")
    laptop.post("/logins/end-others/")
    assert [browser.get("/logins/").status_code for browser in [*others, laptop, stranger]] == [302, 302, 200, 200]
    assert LoginEvent.objects.filter(end_reason=EndReason.REVOKED).count() == 2
    assert laptop.get("/accounts/sessions/").headers["location"] == "/logins/"


def test_a_new_password_ends_every_login(carol: User) -> None:
    other, client = sign_in(), sign_in()
    new = "another correct horse"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert set(LoginEvent.objects.values_list("end_reason", flat=True)) == {EndReason.PASSWORD_CHANGE}
    assert other.get("/logins/").status_code == 302


def test_a_stolen_session_dies_with_the_password_however_it_was_changed(carol: User) -> None:
    sign_in()
    carol.set_password("changed at the command line")
    carol.save()
    assert close_ended_logins(now=clock.now() + LATER) == 1


def test_signing_in_again_in_the_same_browser_replaces_the_login(carol: User) -> None:
    client = sign_in()
    client.force_login(carol)
    assert LoginEvent.objects.filter(end_reason=EndReason.REPLACED).count() == 1
    assert LoginEvent.objects.filter(end_reason="").count() == 1


def test_one_sees_and_ends_only_ones_own(carol: User, mallory: User) -> None:
    sign_in(REMOTE_ADDR="203.0.113.9")
    hers = only()
    client = Client()
    client.force_login(mallory)
    assert "203.0.113.9" not in client.get("/logins/").content.decode()
    assert client.get(f"/logins/?after={hers.pk}").status_code == 404
    assert client.post(f"/logins/{hers.pk}/end/").status_code == 404
    hers.refresh_from_db()
    assert hers.end_reason == ""
    assert Client().get("/logins/").status_code == 302


def test_pages_follow_each_other_without_gap_or_repeat(alice: User) -> None:
    now = clock.now()
    EndedLoginFactory.rows(
        60,
        subject=alice.subject,
        ip=factory.Iterator([f"198.51.100.{number}" for number in range(60)]),
        logged_in_at=factory.Iterator([now - dt.timedelta(hours=number // 3) for number in range(60)]),
    )
    client = Client()
    client.force_login(alice)
    seen, after = [], ""
    for _ in range(3):
        answer = client.get(f"/logins/{after}")
        seen += [line.login.pk for line in answer.context["lines"]]
        after = f"?after={answer.context['more']}"
    assert answer.context["more"] is None
    assert len(seen) == len(set(seen)) == 61
    assert client.get("/logins/?after=junk").status_code == 404
    assert client.get(f"/logins/?after={uuid.uuid4()}").status_code == 404


def test_an_empty_history_says_so(alice: User) -> None:
    client = Client()
    with switched_off("accounts.login_history"):
        client.force_login(alice)
        assert client.get("/logins/").status_code == 404
    assert "There is no login" in client.get("/logins/").content.decode()


@pytest.mark.parametrize(("behind_proxy", "expected"), [(False, "192.0.2.1"), (True, "203.0.113.7")])
def test_a_forwarded_address_counts_only_behind_our_proxy(
    carol: User, settings: Settings, behind_proxy: bool, expected: str
) -> None:
    settings.KEPT_BEHIND_PROXY = behind_proxy
    sign_in(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.7")
    assert only().ip == expected


def test_a_failed_login_is_counted_and_nothing_else_kept(carol: User) -> None:
    sign_in(password="wrong password")
    sign_in(email="nobody@example.com", password="wrong password")
    assert not LoginEvent.objects.exists()
    assert sum(FailedLogins.objects.values_list("count", flat=True)) == 2


def test_the_history_is_in_the_export_without_any_key(carol: User) -> None:
    sign_in()
    records = list(handlers.get("accounts.LoginEvent").export(person_of(carol.subject_id)))
    assert set(records[0].row) == {"ip", "agent", "logged_in_at", "logged_out_at", "end_reason", "source"}


@pytest.mark.promise(11)
def test_the_control_is_red_when_nobody_closes_logins_and_green_when_the_job_has(carol: User) -> None:
    sign_in()
    past = clock.now() - dt.timedelta(hours=5)
    LoginEvent.objects.update(logged_in_at=past, expires_at=past)
    Session.objects.all().delete()
    answer = [control.answer() for control in controls_of(11) if control.code == "accounts.login_history"]
    assert answer[0].state == "red"
    tick(clock.now())
    assert Job.objects.filter(kind="accounts.close_logins").count() == 1
    run_until_empty()
    answer = [control.answer() for control in controls_of(11) if control.code == "accounts.login_history"]
    assert answer[0].state == "green"


@pytest.mark.parametrize(
    ("header", "summary"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Linux"),
        ("curl/8.5.0", "Another program"),
        ("", "Another program"),
        ("x" * 5000, "Another program"),
    ],
)
def test_a_device_is_named_in_three_words(header: str, summary: str) -> None:
    assert summarize_agent(header) == summary


def test_what_is_no_address_is_not_kept() -> None:
    assert clean_address("<script>") is None
    assert clean_address("") is None
    assert clean_address(" 2001:DB8::1 ") == "2001:db8::1"
