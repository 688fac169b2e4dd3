"""Filing without an account: one answer for everybody, confirmed by a POST, once."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import Identifier, User
from accounts.selectors import find_subjects
from dsr.correspondence.models import Filing
from dsr.models import CaseLink, CaseNote, Contact, HistoryRow, Letter, SubjectRequest
from dsr.services import planning
from dsr.services.filings import Wish, keep_filing
from dsr.states import State
from dsr.tests.doors import file, filed_and_confirmed, links, mails, plain
from privacy.audit.models import AuditEvent
from privacy.audit.verifying import verify_ledger
from privacy.jobs.models import CapturedMail, Job, OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS

pytestmark = pytest.mark.django_db
EMAIL = "carol@example.com"


def the_case() -> SubjectRequest:
    return SubjectRequest.objects.get()


def test_filed_confirmed_and_acknowledged() -> None:
    client = Client()
    answer = file(client, "Carol@Example.com ", "erasure", "objection", name="Carol", message="Since May.")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/requests/sent/")
    case = the_case()
    assert (case.state, case.subject, case.identity_level) == (State.UNCONFIRMED, None, "V0")
    assert {item.right for item in case.items.all()} == {"erasure", "objection"}
    assert (case.contact.email, case.contact.name, case.notes.get().text) == (EMAIL, "Carol", "Since May.")
    (mail,) = mails()
    assert mail.recipient == EMAIL and "Delete my data" in mail.text and "Since May" not in mail.text
    path = links(mail, "confirm")[0]
    assert CaseLink.objects.get().token_hash not in path
    done = client.post(path)
    assert done.status_code == 302 and done.headers["Location"].startswith("/requests/status/")
    case.refresh_from_db()
    assert (case.state, case.identity_level) == (State.RECEIVED, "V1") and case.confirmed_at
    assert find_subjects("email", EMAIL) == [case.subject_id] and Identifier.objects.get().verified_at
    assert links(mails()[-1], "status") == [done.headers["Location"]]
    letter = Letter.objects.get(kind="acknowledgement")
    assert "/requests/status/" not in letter.text and "Dear Carol" in letter.text
    page = client.get(done.headers["Location"]).content.decode()
    assert "Being worked on" in page and EMAIL not in page
    order = ["was noted here", "mailed you a link", "You confirmed", "the request arrived"]
    assert sorted(order, key=page.partition("What happened")[2].index) == order
    assert not verify_ledger(now=clock.now()).faults


def test_a_name_adds_no_lines_to_a_letter() -> None:
    client = Client()
    file(client, name="Eve,\r\n\r\nYour account is closed. Pay at\nhttps://elsewhere.example")
    client.post(links(mails()[-1], "confirm")[0])
    lines = Letter.objects.get(kind="acknowledgement").text.splitlines()
    assert "Dear Eve, Your account is closed. Pay at https://elsewhere.example," in lines


def test_a_confirmed_address_leads_to_the_account_that_has_it(alice: User) -> None:
    case, _ = filed_and_confirmed(Client(), "alice@example.com")
    assert case.subject_id == alice.subject_id
    assert planning.person_of_case(case).values("email") == ("alice@example.com",)


def test_known_and_unknown_people_get_the_same_bytes(alice: User) -> None:
    file(Client(), "alice@example.com", "access")
    mails()
    seen: dict[str, Any] = {}
    for email in ("alice@example.com", "nobody@example.com"):
        before = CapturedMail.objects.count()
        client = Client()
        filed, resent = file(client, email), client.post("/requests/resend/", {"email": email})
        pages = [plain(client.get(answer.headers["Location"])) for answer in (filed, resent)]
        heads = [sorted((k, v) for k, v in answer.headers.items() if k != "Expires") for answer in (filed, resent)]
        seen[email] = (filed.status_code, resent.status_code, heads, pages, len(mails()) - before)
        run_until_empty()
    known, unknown = seen.values()
    assert known == unknown and known[-1] == 2


def test_the_database_does_the_same_for_known_and_unknown_people(alice: User) -> None:
    """Time follows work: neither door asks the database one question more about somebody it knows."""
    counts = []
    for email in ("alice@example.com", "nobody@example.com"):
        for door in ("/requests/new/", "/requests/resend/"):
            with CaptureQueriesContext(connection) as count:
                Client().post(door, {"email": email, "rights": ["access"]})
            counts.append(len(count))
    assert counts[:2] == counts[2:]


def test_filing_again_while_it_waits_mails_again_and_makes_no_second_request() -> None:
    file(Client(), EMAIL, "erasure", "access")
    old = links(mails()[-1], "confirm")[0]
    file(Client(), "CAROL@example.com", "access", "erasure", message="Please hurry.")
    new = links(mails()[-1], "confirm")[0]
    assert the_case().notes.get().text == "Please hurry." and old != new
    gone = Client().get(old)
    assert gone.status_code == 410 and "A newer link was mailed" in gone.content.decode()
    assert Client().post(old).status_code == 410 and the_case().state == State.UNCONFIRMED
    assert Client().post(new).status_code == 302
    file(Client(), EMAIL, "rectification", message="My name.")
    assert SubjectRequest.objects.count() == 2


def test_resend_makes_no_request_and_finds_confirmed_ones_too() -> None:
    client = Client()
    filed_and_confirmed(client)
    file(client, EMAIL, "access")
    number = len(mails())
    for _ in range(3):
        assert client.post("/requests/resend/", {"email": EMAIL}).headers["Location"] == "/requests/sent/"
    sent = mails()
    assert len(sent) == number + 1 and SubjectRequest.objects.count() == 2
    assert len(links(sent[-1], "confirm")) == len(links(sent[-1], "status")) == 1
    assert client.get(links(sent[-1], "status")[0]).status_code == 200
    assert client.post(links(sent[-1], "confirm")[0]).status_code == 302
    client.post("/requests/resend/", {"email": "nobody@example.com"})
    assert "There is no open or answered request" in mails()[-1].text and SubjectRequest.objects.count() == 2


def test_a_scanner_that_opens_every_link_changes_nothing() -> None:
    client = Client()
    filed_and_confirmed(client)
    file(client, EMAIL, "access")
    client.post("/requests/resend/", {"email": EMAIL})
    sent = mails()
    before = _state()
    for mail in sent:
        for path in links(mail, "confirm") + links(mail, "status"):
            for method in (client.get, client.head):
                assert method(path).status_code in {200, 410}
            assert client.options(path).status_code == 405
    assert _state() == before


def _state() -> list[Any]:
    rows = list(SubjectRequest.objects.order_by("id").values_list("id", "state", "subject", "confirmed_at"))
    marks = list(CaseLink.objects.order_by("id").values_list("id", "used_at", "superseded_at"))
    counts = [model.objects.count() for model in (HistoryRow, AuditEvent, OutboxMessage, Job, Contact, Letter)]
    return [rows, marks, counts]


def test_second_old_and_made_up_links_say_why() -> None:
    client = Client()
    filed_and_confirmed(client)
    path = links(mails()[0], "confirm")[0]
    for again in (client.get(path), client.post(path)):
        assert again.status_code == 410 and "This link was used already" in again.content.decode()
    assert Letter.objects.count() == 1
    assert (
        client.post("/requests/confirm/madeup/").status_code
        == client.get("/requests/status/madeup/").status_code
        == 404
    )
    file(client, EMAIL, "access")
    path = links(mails()[-1], "confirm")[0]
    CaseLink.objects.filter(used_at=None).update(expires_at=clock.now())
    old = client.post(path)
    assert old.status_code == 410 and "too old" in old.content.decode()
    assert "/requests/resend/" in old.content.decode()
    assert SubjectRequest.objects.filter(state=State.UNCONFIRMED).count() == 1


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"rights": []}, "Choose at least one thing"),
        ({"rights": ["everything"]}, "Choose from the list"),
        ({"email": ""}, "Write your email address"),
        ({"email": "carol"}, "such as name@example.com"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "invisible or control characters"),
        ({"rights": ["question"]}, "Write what it is about"),
        ({"message": "x" * 5001}, "Shorten your message"),
    ],
)
def test_bad_input_names_the_field_and_the_mend(values: dict[str, Any], says: str) -> None:
    answer = Client().post("/requests/new/", {"rights": ["access"], "email": EMAIL, **values})
    page = answer.content.decode()
    assert answer.status_code == 400 and says in page and "Nothing was sent yet" in page
    assert not any(model.objects.exists() for model in (SubjectRequest, Filing, OutboxMessage))
    if values.get("rights") is None:
        assert 'value="access" checked' in page


def test_a_form_shows_plain_words_and_needs_no_script(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(0):
        page = Client().get("/requests/new/").content.decode()
    assert "See what you have about me" in page and "<script" not in page and "style=" not in page


def test_too_many_forms_from_one_network_are_told_so() -> None:
    client = Client(REMOTE_ADDR="203.0.113.5")
    for number in range(20):
        assert file(client, f"p{number}@example.com").status_code == 302
    late = file(client)
    assert late.status_code == 429 and "in an hour" in late.content.decode()
    assert file(Client(REMOTE_ADDR="203.0.113.6")).status_code == 302


def test_a_mailbox_is_not_flooded_and_no_request_is_lost() -> None:
    for right in ["access", "erasure", "portability", "restriction", "objection"]:
        file(Client(), EMAIL, right)
    file(Client(), EMAIL, "access", "erasure")
    assert len(mails()) == 2 and SubjectRequest.objects.count() == 6
    Client().post("/requests/resend/", {"email": EMAIL})
    assert len(links(mails()[-1], "confirm")) == 6


def test_nothing_personal_in_jobs_log_and_history() -> None:
    filed_and_confirmed(Client())
    CaseNote.objects.create(subject_request=the_case(), kind="message", text="x")
    keep_filing(Filing(channel="web", at=clock.now()), wish=Wish(rights=["access"], email=EMAIL), actor=ANONYMOUS)
    texts = [*Job.objects.values_list("payload", "idem_key", "result"), *AuditEvent.objects.values_list("payload")]
    texts += [*HistoryRow.objects.values_list("detail"), *OutboxMessage.objects.values_list("context_text", "idem_key")]
    assert "carol" not in str(texts)
