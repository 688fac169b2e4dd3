"""Tell agents when a status changes.

The history of a case says that something happened; a job of every minute reads what was added since it last looked,
and puts the status as it is then on its way. So nothing that moves a case need know of agents, and a change that came
while no worker ran is told by the next one.
"""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef

from dsr.drp.models import AgentRequest, SeenMessage
from dsr.drp.showing import digest_of, stand_of, status_body
from dsr.drp.vocabulary import FORGOTTEN_AFTER
from dsr.models import HistoryRow
from privacy.jobs.claiming import Claim
from privacy.jobs.services import enqueue
from privacy.jobs.webhooks import rules
from privacy.jobs.webhooks.posting import post
from privacy.kernel import clock
from privacy.kernel.canonical import canonical_json

KIND = "drp.callback"
OVERLAP = dt.timedelta(minutes=5)  # a row of the history may be committed a little after its moment
AT_ONCE = 500


def look_around(now: dt.datetime) -> dict[str, int | str]:
    """Note what ended, and ring for every status that changed. Returns the counts."""
    since = ExpressionWrapper(OuterRef("looked_at") - OVERLAP, output_field=DateTimeField())
    happened = HistoryRow.objects.filter(subject_request_id=OuterRef("case_id"), at__gte=since)
    rows = AgentRequest.objects.filter(Exists(happened), forgotten_at=None).select_related("case", "agent")
    counts = {"looked": 0, "changed": 0}
    for row in rows.order_by("looked_at")[:AT_ONCE]:
        counts["looked"] += 1
        counts["changed"] += _look(row, now)
    return {**counts, "forgotten": _forget(now)}


@transaction.atomic
def _look(row: AgentRequest, now: dt.datetime) -> bool:
    is_final = stand_of(row, now).is_final
    row.final_at = (row.final_at or now) if is_final else None
    says = digest_of(row, now)
    has_changed = says != row.queued
    mine = AgentRequest.objects.filter(pk=row.pk, turn=row.turn, looked_at=row.looked_at)
    if mine.update(final_at=row.final_at, looked_at=now, queued=says, turn=F("turn") + int(has_changed)) != 1:
        return False  # another worker was faster
    if has_changed and row.has_callback:
        _ring(row, turn=row.turn + 1, tries=0, since=now, now=now, run_after=now)
    return has_changed


def _ring(
    row: AgentRequest, *, turn: int, tries: int, since: dt.datetime, now: dt.datetime, run_after: dt.datetime
) -> None:
    enqueue(
        KIND,
        idem_key=f"{KIND}:{row.pk}:{turn}:{tries}",
        payload={"request": str(row.pk), "turn": turn, "tries": tries, "since": since.isoformat()},
        now=now,
        run_after=run_after,
        is_demo=row.is_demo,
    )


def deliver(claim: Claim) -> dict[str, int | str]:
    """The job: send the status as it is now, and try again later where it was not taken; a newer one replaces it."""
    turn, tries = int(claim.payload["turn"]), int(claim.payload["tries"])
    rows = AgentRequest.objects.select_related("case", "agent")
    row = rows.filter(pk=uuid.UUID(claim.payload["request"]), turn=turn, forgotten_at=None).first()
    if row is None or not row.callback:
        return {"outcome": "superseded"}
    body = canonical_json(status_body(row, claim.now)).encode()
    outcome = post(row.callback, body, {"Content-Type": "application/json", "User-Agent": "Kept-DRP"})
    since = dt.datetime.fromisoformat(claim.payload["since"])
    is_over = outcome == rules.ACCEPTED or rules.is_spent(since=since, tries=tries + 1, now=claim.now)
    with transaction.atomic():
        claim.hold()
        AgentRequest.objects.filter(pk=row.pk, turn=turn).update(last_outcome=outcome)
        if not is_over:
            now = clock.now()
            _ring(row, turn=turn, tries=tries + 1, since=since, now=now, run_after=now + rules.wait_after(tries + 1))
        claim.finish({"outcome": outcome})
    return {"outcome": outcome}


def _forget(now: dt.datetime) -> int:
    """Blank what the agent gave us, 60 days after the end; and messages that are too old to come again."""
    SeenMessage.objects.filter(expires_at__lte=now).delete()
    old = AgentRequest.objects.filter(forgotten_at=None, final_at__lte=now - FORGOTTEN_AFTER)
    return old.update(forgotten_at=now, agent_request_id="", callback="", has_callback=False)
