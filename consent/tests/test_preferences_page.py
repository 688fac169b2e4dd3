"""The preferences page with and without login, unsubscribing, and what a link scanner cannot do."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Identifier, User
from accounts.selectors import find_subjects
from consent.links import make_preferences_token, make_unsubscribe_token, unsubscribe_url
from consent.models import ConsentEvent, Preference
from consent.tests.conftest import choose
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import CapturedMail, MessageClass, OutboxMessage
from privacy.jobs.outbox import queue_mail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


@mail_template("tests.newsletter", message_class=MessageClass.PROMOTIONAL)
def newsletter(message: OutboxMessage) -> RenderedMail:
    assert message.subject_id
    url = unsubscribe_url(message.subject_id, "newsletter")
    return RenderedMail("News", f"Unsubscribe: {url}", opt_out=url)


@mail_template("tests.invoice", message_class=MessageClass.TRANSACTIONAL)
def invoice(message: OutboxMessage) -> RenderedMail:
    return RenderedMail("Invoice", "…")


def send(template: str, user: User, key: str) -> OutboxMessage:
    message = queue_mail(
        template,
        idem_key=key,
        to=user.email,
        context={"purpose": "newsletter"} if template == "tests.newsletter" else {},
        subject_id=user.subject_id,
        now=clock.now(),
    )
    run_until_empty()
    message.refresh_from_db()
    return message


@pytest.mark.promise(24)
def test_declining_shows_at_once_with_its_history(
    alice: User, demo_policy: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(alice)
    choose(alice, "click_tracking", allow=True)
    answer = client.post("/preferences/", {"purpose": "click_tracking", "choice": "no"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/preferences/#click_tracking")
    with django_assert_max_num_queries(19):
        page = client.get("/preferences/").content.decode()
    assert "Click tracking: declined from now on." in page
    history = page[page.index('<h2 id="history"') :]
    assert history.index("withdrawn") < history.index("allowed")
    event = ConsentEvent.objects.latest("at")
    assert event.notice_digest[:12] in history and event.door == "signed_in"


def test_allow_and_decline_are_equal_and_nothing_is_pre_chosen(alice: User, demo_policy: Any) -> None:
    page = signed_in(alice).get("/preferences/").content.decode()
    forms = re.findall(r'<form[^>]*class="choices".*?</form>', page, re.DOTALL)
    assert len(forms) > 8
    for form in forms:
        buttons = re.findall(r'<button class="([^"]+)"', form)
        assert buttons == ["choice", "choice"]
    news = next(form for form in forms if 'aria-labelledby="newsletter-name"' in form)
    assert 'value="no" aria-pressed="true"' in news


@pytest.mark.django_db(transaction=True)
def test_without_login_by_a_mailed_link(alice: User, demo_policy: Any) -> None:
    client = Client()
    assert client.post("/preferences/link/", {"email": "Alice@Example.com"}).headers["Location"] == "/preferences/sent/"
    run_until_empty()
    mail = CapturedMail.objects.get()
    path = re.search(r"http://[^/]+(/preferences/by/\S+)", mail.text)
    assert path and "alice" not in path.group(1).lower()
    for _ in range(50):  # link scanners
        client.get(path.group(1))
    assert ConsentEvent.objects.count() == 0
    client.post(path.group(1), {"purpose": "newsletter", "choice": "yes"})
    assert Preference.objects.get().subject_id == alice.subject_id
    client.post(path.group(1), {"choice": "none"})
    assert Preference.objects.get(purpose="newsletter").status == "withdrawn"


def test_a_known_and_an_unknown_mailbox_get_the_same_answer_and_one_mail_each(alice: User, demo_policy: Any) -> None:
    seen = []
    for email in ("alice@example.com", "nobody@example.com", "nobody@example.com"):
        client = Client()
        answer = client.post("/preferences/link/", {"email": email})
        seen.append((answer.status_code, answer.headers["Location"], client.get("/preferences/sent/").content))
    assert seen[0] == seen[1] == seen[2]
    assert OutboxMessage.objects.count() == 2
    assert not find_subjects("email", "nobody@example.com")  # asking makes nobody known


def test_one_network_cannot_mail_links_to_everybody(demo_policy: Any) -> None:
    client = Client(REMOTE_ADDR="203.0.113.5")
    answers = [client.post("/preferences/link/", {"email": f"p{n}@example.com"}).status_code for n in range(21)]
    assert answers == [302] * 20 + [429] and OutboxMessage.objects.count() == 20


def test_an_unknown_mailbox_becomes_known_only_by_deciding(demo_policy: Any) -> None:
    path = f"/preferences/by/{make_preferences_token('carol@example.com', clock.now())}/"
    client = Client()
    assert client.get(path).status_code == 200 and not Identifier.objects.exists()
    client.post(path, {"purpose": "newsletter", "choice": "no"})
    assert find_subjects("email", "carol@example.com") == [Preference.objects.get().subject_id]


@pytest.mark.parametrize("token", ["x", "k1.AAAA", "k9.AAAA", "é"])
def test_a_broken_link_says_so(demo_policy: Any, token: str) -> None:
    assert Client().get(f"/preferences/by/{token}/").status_code == 404
    assert Client().get(f"/unsubscribe/{token}").status_code == 404


def test_a_link_of_one_kind_is_nothing_in_the_other(alice: User, demo_policy: Any) -> None:
    token = make_unsubscribe_token(alice.subject_id, "newsletter")
    assert Client().get(f"/preferences/by/{token}/").status_code == 404


@pytest.mark.promise(20)
def test_one_click_unsubscribe_by_the_book(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    path = unsubscribe_url(alice.subject_id, "newsletter").removeprefix("http://localhost:8000")
    client = Client(enforce_csrf_checks=True)
    for _ in range(50):
        assert client.get(path).status_code == 200
    assert Preference.objects.get().status == "given"
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})  # multipart, no cookie, no token
    assert answer.status_code == 200 and not answer.cookies
    assert Preference.objects.get().status == "withdrawn"
    again = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert again.status_code == 200 and ConsentEvent.objects.count() == 2
    assert ConsentEvent.objects.latest("at").door == "one_click"


@pytest.mark.promise(22)
def test_only_promotional_mail_asks_the_gate(alice: User, demo_policy: Any) -> None:
    assert (send("tests.newsletter", alice, "a").state, send("tests.invoice", alice, "b").state) == ("refused", "sent")
    assert OutboxMessage.objects.get(idem_key="a").reason == "not_given"
    choose(alice, "newsletter", allow=True)
    assert send("tests.newsletter", alice, "c").state == "sent"
    client = signed_in(alice)
    client.post("/preferences/", {"choice": "none"})
    assert send("tests.newsletter", alice, "d").reason == "withdrawn"
    assert send("tests.invoice", alice, "e").state == "sent"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"choice": "maybe", "purpose": "newsletter"},
        {"choice": "yes", "purpose": "x"},
        {"choice": "no", "purpose": "payment"},
    ],
)
def test_bad_choices_change_nothing_and_say_why(alice: User, demo_policy: Any, form: dict[str, str]) -> None:
    page = signed_in(alice).post("/preferences/", form, follow=True)
    assert page.status_code == 200 and b'class="notice danger"' in page.content
    assert ConsentEvent.objects.count() == 0


def test_without_a_policy_there_is_nothing_to_decide(alice: User) -> None:
    assert "No policy is in force" in signed_in(alice).get("/preferences/").content.decode()


def test_a_bad_address_is_named(demo_policy: Any) -> None:
    answer = Client().post("/preferences/link/", {"email": "not an address"})
    assert answer.status_code == 400 and "name@example.com" in answer.content.decode()
