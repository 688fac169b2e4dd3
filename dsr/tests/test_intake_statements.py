"""What a filing asks of the database: so much and no more, and all of it or nothing."""

import json
import secrets

import pytest
from django.db import DataError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.api_keys import make_api_key
from dsr.correspondence.models import Filing
from dsr.models import CaseNote, Clock, Contact, HistoryRow, RequestItem, SubjectRequest
from dsr.services.filings import open_filing
from dsr.services.intake import open_subject_request
from dsr.states import Channel, State
from dsr.tests.doors import file, full, links, mails, open_filings, send
from privacy.audit.models import AuditEvent
from privacy.jobs.models import Job, OutboxMessage
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, OPERATOR
from privacy.policy.models import PolicyVersion

# With the beginning and the end of the transaction. On PostgreSQL what belongs together goes in one round trip.
BY_FORM = {"sqlite": 5, "postgresql": 3}
BY_API = {"sqlite": 7, "postgresql": 5}
TO_OPEN = {"sqlite": 23, "postgresql": 16}
EVERY_ROW = (Filing, SubjectRequest, RequestItem, Contact, CaseNote, Clock, HistoryRow, AuditEvent, OutboxMessage, Job)


@pytest.mark.django_db
def test_a_filing_takes_so_many_statements_and_no_more(demo_policy: PolicyVersion) -> None:
    send(Client(), "warm@example.com", message="What do you hold?")
    open_filings()
    with CaptureQueriesContext(connection) as seen:
        send(Client(), "carol@example.com", message="What do you hold?")
    assert len(seen) == BY_FORM[connection.vendor]
    with CaptureQueriesContext(connection) as seen:
        open_filing(filing_id=Filing.objects.get().pk, now=clock.now())
    assert len(seen) == TO_OPEN[connection.vendor] + 1
    assert SubjectRequest.objects.filter(state=State.UNCONFIRMED).count() == 2


@pytest.mark.django_db
def test_a_filing_by_the_api_takes_so_many(demo_policy: PolicyVersion) -> None:
    key = make_api_key(label="shop", scopes="requests", actor=OPERATOR, now=clock.now())
    for number, email in enumerate(("warm@example.com", "carol@example.com")):
        with CaptureQueriesContext(connection) as seen:
            answer = Client().post(
                "/api/v1/subject-requests",
                json.dumps({"rights": ["access"], "email": email}),
                content_type="application/json",
                headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"k{number}"},
            )
        assert answer.status_code == 202
    assert len(seen) == BY_API[connection.vendor]


@pytest.mark.django_db
def test_several_rights_take_no_statement_more(demo_policy: PolicyVersion) -> None:
    rights = ("access", "erasure", "objection", "portability")
    file(Client(), "warm@example.com", *rights, message="All of it.")
    send(Client(), "carol@example.com", *rights, message="All of it.")
    filing = Filing.objects.get()
    with CaptureQueriesContext(connection) as seen:
        open_filing(filing_id=filing.pk, now=clock.now())
    assert len(seen) == TO_OPEN[connection.vendor]
    case = SubjectRequest.objects.latest("filed_at")
    clocks = Clock.objects.filter(item__subject_request=case, kind="respond")
    assert case.items.count() == clocks.count() == 4
    assert (case.due_on, case.safe_on) == (min(row.due_on for row in clocks), min(row.safe_on for row in clocks))
    assert case.policy_version == demo_policy.effective_on.isoformat() and case.promise_days == 30 and case.regime
    noted = HistoryRow.objects.filter(subject_request_id=case.pk).values_list("kind", flat=True)
    assert sorted(noted) == ["clocks_started", "confirmation_sent", "filed"]


@pytest.mark.django_db
def test_a_reference_that_somebody_has_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("A" * 7 + "A" * 7 + "B" * 7)
    with monkeypatch.context() as patched:
        patched.setattr(secrets, "choice", lambda _: next(letters))
        cases = [
            open_subject_request(rights=["access"], email=email, actor=ANONYMOUS, now=clock.now())
            for email in ("carol@example.com", "dora@example.com")
        ]
    assert [case.reference for case in cases] == ["KX-AAAAAAA", "KX-BBBBBBB"]
    assert [mail.recipient for mail in mails()] == ["carol@example.com", "dora@example.com"]
    assert all(case.items.count() == case.notes.count() + 1 == 1 for case in SubjectRequest.objects.all())


@pytest.mark.django_db
def test_an_opt_out_beside_a_right_is_done_and_the_right_is_still_confirmed(demo_policy: PolicyVersion) -> None:
    file(Client(), "carol@example.com", "access", "marketing_objection")
    case = SubjectRequest.objects.get()
    assert {item.right: bool(item.decided_at) for item in case.items.all()} == {
        "access": False,
        "marketing_objection": True,
    }
    [path] = links(mails()[-1], "confirm")
    assert Client().post(path).status_code == 302 and SubjectRequest.objects.get().state == State.RECEIVED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["audit_auditevent", "jobs_job", "dsr_clock", "jobs_outboxmessage"])
def test_what_cannot_be_stored_whole_is_not_stored_at_all(table: str) -> None:
    """A row that the database refuses, the event of the log among them, takes the whole filing with it."""
    before = [model._default_manager.count() for model in EVERY_ROW]

    with full(table), pytest.raises(DataError, match="disk"):
        open_subject_request(
            rights=["access"], email="carol@example.com", channel=Channel.WEB, actor=ANONYMOUS, now=clock.now()
        )
    assert [model._default_manager.count() for model in EVERY_ROW] == before
