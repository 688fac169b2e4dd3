"""Reading the mailbox, and dealing with what came."""

import datetime as dt
import uuid

from django.conf import settings

from privacy.jobs.claiming import Claim
from privacy.jobs.mailbox.handling import handle, sweep_messages
from privacy.jobs.mailbox.reading import MailboxAway, read_mailboxes
from privacy.jobs.periodic import every
from privacy.jobs.registry import job_kind

EVERY = dt.timedelta(minutes=2)


@job_kind("mailbox.read", max_attempts=20, atomic=False)
def read(claim: Claim) -> dict[str, int | str] | None:
    """Keep what is new. A server that is away is no fault of the job: the next period asks again, and `doctor` and
    the console tell how long it has been away."""
    try:
        return read_mailboxes(claim)
    except MailboxAway as away:
        return {"answer": "away", "error": str(away)}


@job_kind("mailbox.handle")
def handle_one(claim: Claim) -> dict[str, int | str] | None:
    """Deal with one message."""
    return {"answer": handle(mail_id=uuid.UUID(str(claim.payload["mail"])), now=claim.now)}


@job_kind("mailbox.sweep")
def sweep(claim: Claim) -> dict[str, int | str] | None:
    """Remove the sealed messages whose rows are gone."""
    return {"files": sweep_messages(now=claim.now)}


every("mailbox.sweep", dt.timedelta(hours=6), kind="mailbox.sweep")
if settings.KEPT_MAILBOX_URL:
    every("mailbox", EVERY, kind="mailbox.read")
