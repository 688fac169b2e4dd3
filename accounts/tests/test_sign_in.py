"""The real way in: sign up, confirm by mail, sign in, second factor for staff."""

import re
from typing import ClassVar

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Identifier, User
from accounts.selectors import find_subjects
from accounts.services import subject_for_identifier
from privacy.jobs.models import CapturedMail, OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS
from privacy.testing.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db


def code_of(secret: str, offset: int = 1) -> str:
    return str(format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[offset])))


def sign_up(client: Client, email: str) -> str:
    """Returns the confirmation path from the mail."""
    answer = client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302
    run_until_empty()
    text = CapturedMail.objects.latest("created_at").text
    found = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", text)
    assert found
    return found.group(1)


@pytest.mark.django_db(transaction=True)
def test_a_new_person_confirms_their_address_and_finds_what_stood_under_it() -> None:
    earlier = subject_for_identifier(
        kind="email", value="alice@example.com", source="request", actor=ANONYMOUS, now=clock.now()
    )
    client = Client()
    path = sign_up(client, "alice@example.com")
    user = User.objects.get(email="alice@example.com")
    client.get(path)  # a link scanner opens the link
    assert not EmailAddress.objects.get(user=user).verified
    client.post(path)
    assert EmailAddress.objects.get(user=user).verified
    assert find_subjects("email", "alice@example.com") == [user.subject_id]
    assert Identifier.objects.get().subject_id == earlier.pk and Identifier.objects.get().verified_at


@pytest.mark.django_db(transaction=True)
def test_mail_of_the_sign_in_pages_leaves_through_the_outbox_and_is_blanked_there(alice: User) -> None:
    Client().post("/accounts/password/reset/", {"email": "alice@example.com"})
    row = OutboxMessage.objects.get()
    assert row.template == "accounts.message" and row.recipient == "alice@example.com"
    assert "alice" not in row.context_text
    run_until_empty()
    row.refresh_from_db()
    assert (row.state, row.recipient, row.secret_text) == ("sent", "", "")
    assert CapturedMail.objects.get().recipient == "alice@example.com"


@pytest.mark.django_db(transaction=True)
def test_known_and_unknown_people_get_the_same_bytes_and_as_many_mails(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    seen = []
    for email in (alice.email, "nobody@example.com"):
        client = Client()
        reset = client.post("/accounts/password/reset/", {"email": email})
        page = client.get(reset.headers["Location"]).content
        number = OutboxMessage.objects.count()
        up = client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})
        wrong = Client().post("/accounts/login/", {"login": email, "password": "not this one"})
        heads = [sorted(name for name in answer.headers) for answer in (reset, up, wrong)]
        mails = (number, OutboxMessage.objects.count() - number)
        seen.append((reset.status_code, page, up.status_code, up.headers["Location"], heads, wrong.status_code, mails))
        run_until_empty()
        OutboxMessage.objects.all().delete()
    assert seen[0] == seen[1] and seen[0][-1] == (1, 1)


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed: in production that is most of the time that a page takes."""

    hashed: ClassVar[list[int]] = []

    def encode(self, password: str, salt: str) -> str:
        self.hashed.append(1)
        return str(super().encode(password, salt))


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/login/", "/accounts/password/reset/"])
def test_known_and_unknown_people_wait_for_as_many_hashes(alice: User, settings: Settings, path: str) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    seen = []
    for email in (alice.email, "nobody@example.com"):
        CountingHasher.hashed.clear()
        words = {"email": email, "login": email, "password": "wrong", "password1": PASSWORD, "password2": PASSWORD}
        Client().post(path, words)
        seen.append(len(CountingHasher.hashed))
    assert seen[0] == seen[1]


def test_who_asks_for_an_unknown_account_reads_so_in_the_mailbox_only() -> None:
    page = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True).content.decode()
    run_until_empty()
    (mail,) = CapturedMail.objects.all()
    assert (mail.recipient, mail.subject) == ("nobody@example.com", "Kept: Choose a new password")
    assert "We have no account with this address" in mail.text and "no account" not in page
    assert not User.objects.exists() and not Identifier.objects.exists()


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com"])
def test_a_mailbox_is_not_flooded_with_resets(alice: User, email: str) -> None:
    answers = [Client().post("/accounts/password/reset/", {"email": email}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429] and OutboxMessage.objects.count() == 5


def test_staff_reach_the_console_only_with_a_second_factor(lena: User) -> None:
    EmailAddress.objects.create(user=lena, email=lena.email, verified=True, primary=True)
    client = Client()
    assert client.get("/console/").headers["Location"].startswith("/console/login/")
    client.post("/accounts/login/", {"login": lena.email, "password": PASSWORD})
    answer = client.get("/console/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/reauthenticate/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert b"data:" not in page.content and client.get("/accounts/second-factor/picture.svg").status_code == 200
    secret = client.session["mfa.totp.secret"]
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    stored = Authenticator.objects.get(user=lena, type="totp")
    assert secret not in str(stored.data)
    assert client.get("/console/", follow=True).redirect_chain[-1][0].startswith("/accounts/2fa/reauthenticate/")
    client.post("/accounts/2fa/reauthenticate/?next=/console/", {"code": code_of(secret, 2)})
    assert client.get("/console/").status_code == 200
    again = Client()
    answer = again.post("/accounts/login/", {"login": lena.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert again.get("/console/").status_code == 302


def test_people_without_rights_stay_outside_the_console(alice: User, mallory: User) -> None:
    assert signed_in(alice).get("/console/", follow=True).status_code == 403
    mallory.is_staff = True
    mallory.save()
    page = signed_in(mallory).get("/console/dsr/subjectrequest/")
    assert page.status_code == 403
    assert signed_in(mallory, second_factor=False).get("/console/", follow=True).redirect_chain
