"""The agent's part: record an opt-out in four fields, and read what came in and is not clear."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.models import Identifier, User
from accounts.selectors import find_subjects
from consent.models import ConsentEvent, Preference
from consent.tests.conftest import choose
from privacy.audit.models import AuditEvent
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.policy.selectors import today
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
TODAY = today()


def fields(**changes: str) -> dict[str, str]:
    return {"value": "alice@example.com", "purpose": "*", "way": "phone", "received_on": str(TODAY), **changes}


@pytest.mark.promise(21)
def test_the_ledger_shows_agent_way_and_time_and_the_person_is_told(alice: User, omar: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    choose(alice, "product_news", allow=True)
    day = TODAY - dt.timedelta(days=3)
    answer = signed_in(omar).post("/desk/opt-out/", fields(received_on=str(day)), follow=True)
    assert "Recorded, and in force" in answer.content.decode()
    assert not Preference.objects.filter(status="given").exists()
    event = ConsentEvent.objects.get(purpose="newsletter", status="withdrawn")
    assert (event.door, event.source_kind, event.actor_kind, event.actor_id) == ("agent", "phone", "staff", omar.pk)
    assert event.said_at and (event.said_at + dt.timedelta(hours=6)).date() == day
    run_until_empty()
    [mail] = CapturedMail.objects.all()
    assert mail.recipient == "alice@example.com" and "promotional mail" in mail.text
    assert AuditEvent.objects.filter(type="mailing.opt_out_recorded", actor_id=omar.pk).count() == 1


def test_known_and_unknown_look_the_same_to_the_agent(alice: User, omar: User, demo_policy: Any) -> None:
    client = signed_in(omar)
    pages = [
        client.post("/desk/opt-out/", fields(value=value, purpose="newsletter"), follow=True).content.decode()
        for value in ("alice@example.com", "nobody@example.com")
    ]
    marks = [page[page.index("<main") :].partition("<form")[0] for page in pages]
    assert marks[0] == marks[1]
    run_until_empty()
    assert CapturedMail.objects.count() == 2
    [subject] = find_subjects("email", "nobody@example.com")  # kept, so that it stays left alone
    assert Preference.objects.get(subject_id=subject).status == "refused"
    assert Identifier.objects.get(subject_id=subject).verified_at is None


def test_a_phone_number_is_lowered_without_a_mail(omar: User, demo_policy: Any) -> None:
    signed_in(omar).post("/desk/opt-out/", fields(value="+49 30 1234567", way="chat"))
    run_until_empty()
    assert ConsentEvent.objects.filter(source_kind="chat").exists() and not CapturedMail.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "not an address@"}, "name@example.com"),
        ({"value": ""}, "required"),
        ({"purpose": "transactional"}, "valid choice"),
        ({"way": "pigeon"}, "valid choice"),
        ({"received_on": str(TODAY + dt.timedelta(days=3))}, "cannot be in the future"),
        ({"received_on": "1999-01-01"}, "cannot be in the future"),
    ],
)
def test_bad_fields_are_named_and_nothing_is_recorded(
    omar: User, demo_policy: Any, changes: dict[str, str], words: str
) -> None:
    answer = signed_in(omar).post("/desk/opt-out/", fields(**changes))
    assert answer.status_code == 400 and words in answer.content.decode()
    assert not ConsentEvent.objects.exists() and not Identifier.objects.filter(source="opt_out").exists()


@pytest.fixture
def waiting(alice: User, demo_policy: Any) -> InboundMail:
    return InboundMail.objects.create(
        message_key="k" * 64,
        sender="alice@example.com",
        subject_line="Your mails",
        text="I get too many of these.",
        received_at=clock.now() - dt.timedelta(days=1),
        state="unclear",
    )


@pytest.mark.promise(21)
def test_an_agent_reads_what_is_not_clear_and_its_words_go(alice: User, omar: User, waiting: InboundMail) -> None:
    choose(alice, "newsletter", allow=True)
    client = signed_in(omar)
    assert "alice@example.com" not in client.get("/desk/mail/").content.decode()
    path = f"/desk/mail/{waiting.pk}/"
    assert "too many of these" in client.get(path).content.decode()
    assert AuditEvent.objects.filter(type="mailing.inbound_read", actor_id=omar.pk).count() == 1
    client.post(path, {"act": "opt_out", "purpose": "newsletter"})
    assert Preference.objects.get(purpose="newsletter").status == "withdrawn"
    event = ConsentEvent.objects.latest("at")
    assert (event.door, event.said_at, event.source_id) == ("agent", waiting.received_at, waiting.message_key)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.text, waiting.sender, waiting.settled_by) == ("settled", "", "", omar.pk)
    assert client.get(path).status_code == 404 and client.post(path, {"act": "nothing"}).status_code == 404


@pytest.mark.parametrize("act", ["nothing", "elsewhere"])
def test_something_else_is_settled_without_a_change(alice: User, omar: User, waiting: InboundMail, act: str) -> None:
    signed_in(omar).post(f"/desk/mail/{waiting.pk}/", {"act": act})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("settled", act) and not ConsentEvent.objects.exists()


@pytest.mark.parametrize("who", ["alice", "mallory", "nobody"])
def test_others_see_nothing_of_it(request: pytest.FixtureRequest, waiting: InboundMail, who: str) -> None:
    client = Client() if who == "nobody" else signed_in(request.getfixturevalue(who))
    for path in ("/desk/opt-out/", "/desk/mail/", f"/desk/mail/{waiting.pk}/"):
        assert client.get(path).status_code in {302, 403} and client.post(path, fields()).status_code in {302, 403}
    assert not ConsentEvent.objects.exists()


def test_several_mails_are_set_aside_at_once_each_in_the_log(omar: User, mallory: User) -> None:
    rows = [
        InboundMail.objects.create(
            message_key=f"m{number}", sender="a@b.example", text="Buy", state="unclear", received_at=clock.now()
        )
        for number in range(3)
    ]
    chosen = {"mail": [str(rows[0].pk), str(rows[1].pk), "nonsense"], "act": "spam"}
    assert signed_in(mallory).post("/desk/mail/", chosen).status_code == 403
    client = signed_in(omar)
    client.post("/desk/mail/", {**chosen, "act": "burn"})
    assert InboundMail.objects.filter(state="unclear").count() == 3
    client.post("/desk/mail/", chosen)
    client.post("/desk/mail/", chosen)
    done = InboundMail.objects.filter(state="settled", reason="spam", settled_by=omar.pk)
    assert done.count() == 2 and not any(row.text or row.sender for row in done)
    assert AuditEvent.objects.filter(type="mailing.inbound_settled", actor_id=omar.pk).count() == 2
