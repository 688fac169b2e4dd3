"""One gate for all mail: what people need passes, advertising only with a live decision and a way out."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import Identifier, User
from consent.mailing.headers import ListMail, list_headers
from consent.mailing.tests.conftest import MailServer
from consent.tests.conftest import choose
from privacy.audit.models import AuditEvent
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.jobs.outbox import queue_mail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.personal_data.models import Restriction

pytestmark = pytest.mark.django_db


def _list_mail(message: OutboxMessage) -> ListMail:
    assert message.subject_id
    return ListMail(message.subject_id, str(message.context["purpose"]), "News", message.pk.hex)


@mail_template("tests.promotion", message_class=MessageClass.PROMOTIONAL)
def promotion(message: OutboxMessage) -> RenderedMail:
    mail = _list_mail(message)
    url = mail.opt_out_url
    return RenderedMail("News", f"News\n\nUnsubscribe: {url}\n", list_headers(mail, opt_out_url=url), opt_out=url)


@mail_template("tests.no_way_out", message_class=MessageClass.PROMOTIONAL)
def no_way_out(message: OutboxMessage) -> RenderedMail:
    mail = _list_mail(message)
    return RenderedMail("News", "News without an end", list_headers(mail), opt_out=mail.opt_out_url)


for name, kind in (("bill", MessageClass.TRANSACTIONAL), ("code", MessageClass.SECRET), ("terms", MessageClass.NOTICE)):

    @mail_template(f"tests.{name}", message_class=kind)
    def needed(message: OutboxMessage) -> RenderedMail:
        return RenderedMail("Needed", "What you must know.")


def queue(template: str, user: User, key: str, purpose: str = "newsletter") -> OutboxMessage:
    context: dict[str, str | int] = {"purpose": purpose} if purpose else {}
    return queue_mail(
        template, idem_key=key, to=user.email, context=context, subject_id=user.subject_id, now=clock.now()
    )


def send(template: str, user: User, key: str, purpose: str = "newsletter") -> tuple[str, str]:
    message = queue(template, user, key, purpose)
    run_until_empty()
    message.refresh_from_db()
    return message.state, message.reason


@pytest.mark.promise(22)
def test_with_everything_off_only_the_promotion_stays_and_says_why(alice: User, demo_policy: Any) -> None:
    for number, template in enumerate(("tests.bill", "tests.code", "tests.terms")):
        assert send(template, alice, f"a{number}", "")[0] == "sent"
    assert send("tests.promotion", alice, "b") == ("refused", "not_given")
    choose(alice, "newsletter", allow=True)
    assert send("tests.promotion", alice, "c") == ("sent", "")
    choose(alice, "newsletter", allow=False)
    assert send("tests.promotion", alice, "d") == ("refused", "withdrawn")
    Restriction.objects.create(subject=alice.subject, ground="accuracy")
    assert send("tests.bill", alice, "e", "transactional")[0] == "sent"
    reasons = [event.payload for event in AuditEvent.objects.filter(type="mail.refused").order_by("at")]
    assert len(reasons) == 2 and "not_given" in reasons[0] and "withdrawn" in reasons[1]


@pytest.mark.promise(22)
@pytest.mark.parametrize(
    ("template", "purpose", "reason"),
    [
        ("tests.bill", "newsletter", "wrong_class"),  # advertising as an invoice
        ("tests.promotion", "transactional", "wrong_class"),  # advertising for a purpose without a switch
        ("tests.promotion", "security_logs", "wrong_class"),
        ("tests.promotion", "dropped_topic", "unknown_purpose"),
        ("tests.promotion", "", "unknown_purpose"),
    ],
)
def test_no_class_passes_as_another(alice: User, demo_policy: Any, template: str, purpose: str, reason: str) -> None:
    choose(alice, "newsletter", allow=True)
    assert send(template, alice, "a", purpose) == ("refused", reason)


@pytest.mark.promise(20)
def test_a_promotion_without_a_visible_way_out_does_not_leave(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    assert send("tests.no_way_out", alice, "a") == ("refused", "no_opt_out")
    assert "no_opt_out" in AuditEvent.objects.get(type="mail.refused").payload


def test_a_purpose_withdrawn_while_its_mail_waits_is_refused(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    message = queue("tests.promotion", alice, "a")
    choose(alice, "newsletter", allow=False)
    run_until_empty()
    message.refresh_from_db()
    assert (message.state, message.reason, message.recipient) == ("refused", "withdrawn", "")


@pytest.mark.django_db(transaction=True)
def test_a_purpose_withdrawn_while_the_server_lets_us_wait_is_refused(
    alice: User, demo_policy: Any, mail_server: MailServer
) -> None:
    choose(alice, "newsletter", allow=True)
    mail_server.on_recipient = lambda: _in_thread(lambda: choose(alice, "newsletter", allow=False))
    assert send("tests.promotion", alice, "a") == ("refused", "withdrawn")
    assert mail_server.raw == []
    mail_server.on_recipient = lambda: None
    assert send("tests.bill", alice, "b", "")[0] == "sent" and len(mail_server.raw) == 1


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_that_commits_first_wins_the_race(alice: User, demo_policy: Any) -> None:
    """The gate waits for a decision that is being written, and sees it."""
    choose(alice, "newsletter", allow=True)
    message = queue("tests.promotion", alice, "a")
    worker = threading.Thread(target=lambda: _with_own_connection(run_until_empty))
    with transaction.atomic():
        choose(alice, "newsletter", allow=False)
        worker.start()
        assert _somebody_waits(worker), "the gate did not wait for the decision"
    worker.join(20)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("refused", "withdrawn")


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_of_many_withdrawals_none_is_overtaken(alice: User, demo_policy: Any) -> None:
    """Whatever the order, a mail is sent only where the gate stood before the withdrawal."""
    for round_number in range(5):
        choose(alice, "newsletter", allow=True)
        message = queue("tests.promotion", alice, f"r{round_number}")
        threads = [
            threading.Thread(target=lambda: _with_own_connection(run_until_empty)),
            threading.Thread(target=lambda: _with_own_connection(lambda: choose(alice, "newsletter", allow=False))),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        message.refresh_from_db()
        assert message.state in {"sent", "refused"}
        assert send("tests.promotion", alice, f"after{round_number}") == ("refused", "withdrawn")


@pytest.mark.promise(22)
def test_nothing_promotional_goes_to_an_erased_mailbox(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    Identifier.objects.filter(subject_id=alice.subject_id).delete()
    assert send("tests.promotion", alice, "a") == ("refused", "unknown_person")
    assert send("tests.bill", alice, "b", "")[0] == "sent"


WAITING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


def _somebody_waits(worker: threading.Thread) -> bool:
    """Whether the worker comes to stand behind a lock of ours, before it is done."""
    end = time.monotonic() + 20
    while worker.is_alive() and time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.05)
    return False


def _with_own_connection(act: Any) -> None:
    try:
        act()
    finally:
        connection.close()


def _in_thread(act: Any) -> None:
    thread = threading.Thread(target=lambda: _with_own_connection(act))
    thread.start()
    thread.join(20)
