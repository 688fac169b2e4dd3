"""What is filed from afar is kept when it comes, and opened once: later, by two at once, or after a failure."""

import datetime as dt
import threading

import pytest
from django.db import DataError, connection, connections
from django.test import Client

from dsr.correspondence.models import Filing
from dsr.models import CaseLink, HistoryRow, SubjectRequest
from dsr.services.filings import KIND, Wish, keep_filing, open_filing
from dsr.states import Channel, State
from dsr.tests.doors import full, links, mails, send
from privacy.audit.models import AuditEvent
from privacy.audit.verifying import verify_ledger
from privacy.jobs.models import CapturedMail, Job, JobState, OutboxMessage
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS

EMAIL = "carol@example.com"


def kept(now: dt.datetime | None = None) -> Filing:
    filing = Filing(channel=Channel.WEB, at=now or clock.now())
    keep_filing(filing, wish=Wish(rights=["erasure"], email=EMAIL), actor=ANONYMOUS)
    return filing


@pytest.mark.django_db
def test_it_is_kept_sealed_and_goes_when_its_case_is_there() -> None:
    send(Client(), EMAIL, message="Since May.")
    filing = Filing.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM correspondence_filing")
        assert "carol" not in str(cursor.fetchone()) and "carol" in filing.sealed
    noted = AuditEvent.objects.get(type="dsr.filing_kept")
    assert noted.target_id == filing.pk and "carol" not in noted.payload
    assert not SubjectRequest.objects.exists() and not OutboxMessage.objects.exists()
    run_until_empty()
    case = SubjectRequest.objects.get()
    assert (case.pk, case.received_at, case.contact.email) == (filing.pk, filing.at, EMAIL)
    assert not Filing.objects.exists() and CapturedMail.objects.count() == 1
    assert open_filing(filing_id=filing.pk, now=clock.now()) is None
    assert not verify_ledger(now=clock.now()).faults


@pytest.mark.django_db
def test_what_cannot_be_opened_waits_and_counts_from_when_it_came() -> None:
    """Two days without a worker that can: nothing is lost, the clock ran, and the link is good from its mail on."""
    came = clock.now() - dt.timedelta(days=2)
    filing = kept(came)
    with full("dsr_clock"):
        assert run_one()
    job = Job.objects.get(kind=KIND)
    assert (job.state, job.last_error_code, job.attempts) == (JobState.READY, "DataError", 1)
    assert Filing.objects.get().sealed and not SubjectRequest.objects.exists()
    Job.objects.update(run_after=came)
    opening = clock.now()
    [path] = links(mails()[-1], "confirm")
    case = SubjectRequest.objects.get()
    assert (case.pk, case.received_at, case.state) == (filing.pk, came, State.UNCONFIRMED)
    assert case.due_on and case.due_on < (opening + dt.timedelta(days=30)).date()
    assert CaseLink.objects.get().expires_at > opening and Client().get(path).status_code == 200
    assert HistoryRow.objects.get(kind="filed").at == case.filed_at >= opening


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["correspondence_filing", "audit_auditevent", "jobs_job"])
def test_it_is_kept_whole_or_not_at_all(table: str) -> None:
    with full(table), pytest.raises(DataError, match="disk"):
        kept()
    assert not Filing.objects.exists() and not Job.objects.exists()
    assert not AuditEvent.objects.filter(type="dsr.filing_kept").exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_open_one_case() -> None:
    filing, gate, cases = kept(), threading.Barrier(4), []

    def run() -> None:
        try:
            gate.wait(10)
            cases.append(open_filing(filing_id=filing.pk, now=clock.now()))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(cases) == 4 and sum(case is not None for case in cases) == 1
    assert SubjectRequest.objects.count() == OutboxMessage.objects.count() == 1
