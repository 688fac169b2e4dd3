"""What a controller is told when the status changes: one row for each address, delivered by a job that tries for three
days. The row is the truth; killed after a delivery and before its record, it is told once more."""

import datetime as dt
import json
import uuid
from typing import Any

from django.db import transaction

from dsr.opendsr.models import Callback, ProtocolRequest
from dsr.opendsr.showing import as_bytes, status_body
from dsr.opendsr.signing import NotConfigured, our_signer, processor_domain
from dsr.opendsr.vocabulary import DOMAIN_HEADER, SIGNATURE_HEADER, CallbackState
from dsr.services.moving import note_history
from privacy.jobs.claiming import Claim
from privacy.jobs.services import enqueue
from privacy.jobs.webhooks import rules
from privacy.jobs.webhooks.posting import post
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM

KIND = "opendsr.callback"
KEPT_BLANK = "blanked"


def queue_callbacks(request: ProtocolRequest, *, now: dt.datetime) -> None:
    """Tell every address the status as it is now; in the transaction that changed it."""
    for number in range(len(json.loads(request.callback_urls or "[]"))):
        row = Callback.objects.create(
            request=request, number=number, status=request.status, made_at=now, is_demo=request.is_demo
        )
        _ring(row, now, now)


def _ring(row: Callback, now: dt.datetime, run_after: dt.datetime) -> None:
    enqueue(
        KIND,
        idem_key=f"{KIND}:{row.pk}:{row.attempts}",
        payload={"callback": str(row.pk)},
        now=now,
        run_after=run_after,
        is_demo=row.is_demo,
    )


def deliver(claim: Claim) -> dict[str, int | str]:
    """The job: send one callback, and look again later where it was not taken."""
    rows = Callback.objects.select_related("request__case", "request__controller")
    row = rows.filter(pk=uuid.UUID(claim.payload["callback"]), state=CallbackState.QUEUED).first()
    if row is None:
        return {"outcome": "settled"}
    newer = row.request.callbacks.filter(number=row.number, made_at__gt=row.made_at)
    if row.attempts and newer.exists():  # a late word must not come after a newer one
        return _settle(claim, row, CallbackState.SUPERSEDED, row.last_outcome)
    urls = json.loads(row.request.callback_urls or "[]")
    outcome = _send(row, urls[row.number]) if row.number < len(urls) else KEPT_BLANK
    if outcome == rules.ACCEPTED:
        return _settle(claim, row, CallbackState.ACCEPTED, outcome, tries=1)
    tries = row.attempts + 1
    if outcome == KEPT_BLANK or rules.is_spent(since=row.made_at, tries=tries, now=claim.now):
        return _settle(claim, row, CallbackState.GIVEN_UP, outcome, tries=1)
    with transaction.atomic():
        claim.hold()
        Callback.objects.filter(pk=row.pk).update(attempts=tries, last_outcome=outcome)
        row.attempts = tries
        now = clock.now()
        _ring(row, now, now + rules.wait_after(tries))
        claim.finish({"outcome": outcome})
    return {"outcome": outcome}


def _send(row: Callback, url: str) -> str:
    try:
        signer = our_signer()
    except NotConfigured:
        return "not_configured"
    body = as_bytes(callback_body(row, url))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Kept-OpenDSR",
        DOMAIN_HEADER: processor_domain(),
        SIGNATURE_HEADER: signer.sign(body),
    }
    return post(url, body, headers)


def callback_body(row: Callback, url: str) -> dict[str, Any]:
    """As a controller reads it: the status that this callback is about, and the address that it was asked for."""
    is_newest = row.status == row.request.status
    body = status_body(row.request) if is_newest else status_body(row.request, status=row.status)
    return {**body, "status_callback_url": url}


def _settle(claim: Claim, row: Callback, state: CallbackState, outcome: str, *, tries: int = 0) -> dict[str, int | str]:
    with transaction.atomic():
        claim.hold()
        now = clock.now()
        Callback.objects.filter(pk=row.pk, state=CallbackState.QUEUED).update(
            state=state, last_outcome=outcome, attempts=row.attempts + tries, settled_at=now
        )
        case = row.request.case
        note_history(
            subject_request=case, kind="opendsr_callback", actor=SYSTEM, now=now, detail=f"{row.status}:{state}"
        )
        claim.finish({"outcome": str(state)})
    return {"outcome": str(state)}
