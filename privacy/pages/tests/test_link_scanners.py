"""Programs open every link of every mail before a person does. Opening decides, sends and keeps nothing."""

import datetime as dt
import hashlib
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from consent.double_opt_in import request_grant
from consent.links import unsubscribe_url
from consent.models import Preference
from consent.services import How
from consent.vocabulary import Door
from dsr.models import SubjectRequest
from dsr.services.reminding import remind
from dsr.states import State
from dsr.tests.doors import file, filed_and_confirmed
from dsr.tests.starting import start_clocks
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM
from privacy.testing.cast import PASSWORD, make_user, signed_in
from privacy.testing.factories import CaseFactory

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^/\s>]+(/[^\s>]*)")
NEW_PASSWORD = "a longer horse battery"
TIMES = 3
KEPT_APART = {Session}  # a session of the scanner's own is nobody's data


@pytest.fixture
def news(alice: User, demo_policy: Any) -> User:
    """Alice has an account of her own, and allows the newsletter."""
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    signed_in(alice).post("/preferences/", {"purpose": "newsletter", "choice": "yes"})
    return alice


def everything() -> dict[str, tuple[int, str]]:
    """Rows and fingerprint of every table."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model in KEPT_APART or not model._meta.managed:
            continue
        rows = sorted(map(repr, model._base_manager.values_list()))
        found[model._meta.label] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def send_every_mail(user: User) -> None:
    """Through the public doors: each kind of mail with a link that goes to a person."""
    filed_and_confirmed(Client(), "carol@example.com")  # confirm, acknowledgement
    file(Client(), "dave@example.com", "access")
    Client().post("/requests/resend/", {"email": "carol@example.com"})
    Client().post("/preferences/link/", {"email": user.email})
    form, now = How(Door.FORM), clock.now()
    request_grant(email="gina@example.com", purpose_codes=["newsletter"], how=form, actor=ANONYMOUS, now=now)
    for email in ("new@example.com", user.email):
        Client().post("/accounts/signup/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})
    Client().post("/accounts/password/reset/", {"email": user.email})
    make_user("lena@kept.example", "work_subject_request", is_staff=True)  # is reminded
    long_ago = clock.now() - dt.timedelta(days=25)
    case = CaseFactory.create(received_at=long_ago, filed_at=long_ago)
    start_clocks(subject_request=case, actor=SYSTEM, now=long_ago)
    remind(actor=SYSTEM, now=clock.now())
    run_until_empty()


def every_link(user: User) -> list[str]:
    """Paths, from the texts of all mails and from the header of a promotional one."""
    texts = [mail.text for mail in CapturedMail.objects.all()]
    stop = [unsubscribe_url(user.subject_id, code) for code in ("newsletter", "*")]
    return sorted({path for text in texts + stop for path in LINK.findall(text)})


def the_link(user: User, part: str, *, of: str = "") -> str:
    return next(path for path in every_link(user) if part in path and of in path)


@pytest.mark.django_db(transaction=True)
def test_opening_every_link_of_every_mail_changes_nothing(news: User) -> None:
    send_every_mail(news)
    links = every_link(news)
    for part in (
        "/requests/confirm/",
        "/requests/status/",
        "/preferences/by/",
        "/preferences/confirm/",
        "/unsubscribe/",
        "/accounts/confirm-email/",
        "/accounts/password/reset/key/",
        "/accounts/login/",
        "/console/",
    ):
        assert any(part in path for path in links), f"no mail has a link to {part}"
    before = everything()
    assert before["dsr.SubjectRequest"][0] == 3 and before["jobs.CapturedMail"][0] > 6
    for path in links:
        scanner = Client()
        for _ in range(TIMES):
            for follow in (False, True):
                assert scanner.get(path, follow=follow).status_code < 500
                assert scanner.head(path, follow=follow).status_code < 500
    run_until_empty()
    after = everything()
    assert {label for label in before if before[label] != after[label]} == set()


@pytest.mark.django_db(transaction=True)
def test_after_the_scanner_the_person_acts_once_and_is_told_so(news: User) -> None:
    file(Client(), "dave@example.com", "access")
    run_until_empty()
    link = the_link(news, "/requests/confirm/")
    for _ in range(TIMES):
        Client().get(link)
    done = Client().post(link)
    assert done.status_code == 302 and SubjectRequest.objects.get().state == State.RECEIVED
    again = Client().post(link)
    assert again.status_code == 410 and "This link was used already" in again.content.decode()

    status = done.headers["Location"]
    Client().get(status)
    assert "Nobody works on it any more" in _text(Client().post(status, {"act": "withdraw"}, follow=True))
    assert "cannot be withdrawn any more" in _text(Client().post(status, {"act": "withdraw"}, follow=True))
    assert SubjectRequest.objects.get().state == State.WITHDRAWN


@pytest.mark.django_db(transaction=True)
def test_unsubscribing_after_the_scanner_works_and_twice_is_the_same(news: User) -> None:
    link = unsubscribe_url(news.subject_id, "newsletter").removeprefix("http://localhost:8000")
    for _ in range(TIMES):
        assert "Stop “" in _text(Client().get(link))
    assert Preference.objects.get(subject_id=news.subject_id, purpose="newsletter").status == "given"
    for _ in range(2):
        assert "Done: no more" in _text(Client().post(link, {"List-Unsubscribe": "One-Click"}))
    assert Preference.objects.get(subject_id=news.subject_id, purpose="newsletter").status == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_an_address_is_confirmed_by_the_button_and_a_password_is_reset_once(news: User) -> None:
    Client().post("/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD})
    Client().post("/accounts/password/reset/", {"email": news.email})
    run_until_empty()
    confirm, reset = the_link(news, "/accounts/confirm-email/"), the_link(news, "/accounts/password/reset/key/")
    for _ in range(TIMES):
        Client().get(confirm)
        Client().get(reset, follow=True)
    assert not EmailAddress.objects.get(email="new@example.com").verified
    assert Client().post(confirm).status_code == 302 and EmailAddress.objects.get(email="new@example.com").verified
    again = Client().post(confirm, follow=True)
    assert again.status_code == 200 and "was used already" in _text(again)

    person = Client()
    form = person.get(reset, follow=True).redirect_chain[-1][0]
    person.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert Client().login(email=news.email, password=NEW_PASSWORD)
    assert "does not work" in _text(Client().get(reset, follow=True))


def _text(answer: Any) -> str:
    return str(answer.content.decode())
