"""Remind staff of what is due. One mail for each clock, stage, due date and person, whoever runs this how often.

The key of the mail says all four, so a second run inserts nothing, and a due date that moved has mails of
its own. After downtime the most urgent stage is all that is told. At the moment of sending the gate asks
again: a mail that waited while the case ended, or while a later stage began, does not leave.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.selectors import staff_with
from dsr.models import Clock, SubjectRequest
from dsr.services.moving import note_history
from dsr.stages import FIRST, Stage, stage_to_tell
from dsr.states import OPEN, State
from privacy.jobs.models import OutboxMessage
from privacy.jobs.outbox import queue_mail
from privacy.jobs.send_gate import GateAnswer
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.policy.board import is_on

TEMPLATE = "dsr.reminder"
WORKED_ON = OPEN - {State.UNCONFIRMED}  # what nobody confirmed waits for the person, who is reminded apart
WORKERS, APPROVERS = "work_subject_request", "approve_erasure"
PAGE = 200
YES = GateAnswer(allowed=True)


@dataclass(frozen=True, slots=True)
class Due:
    """A clock and the stage that staff must know of."""

    case: SubjectRequest
    clock: Clock
    stage: Stage

    def key(self, user_id: uuid.UUID) -> str:
        """What makes a reminder the same one. The clock is the right's, not the row's: counting again with the
        same result is no news."""
        return f"{TEMPLATE}:{self.clock.item_id}:{self.clock.kind}:{self.stage}:{self.clock.due_on}:{user_id}"

    def audience(self, staff: dict[str, list[User]]) -> list[User]:
        """Who is told: those who work on requests, in the end those who may approve. Nobody real is told of the
        demo's cases."""
        rows = staff[APPROVERS if self.stage is Stage.ESCALATION else WORKERS]
        return [user for user in rows if user.is_demo or not self.case.is_demo]


@transaction.atomic
def remind(*, actor: Actor, now: dt.datetime) -> dict[str, int | str]:
    """Queue every reminder that is to be told now and was not yet. Returns the counts."""
    if not is_on("dsr.reminders"):
        return {"reminders": 0, "clocks": 0}
    staff = {permission: staff_with("dsr", permission) for permission in (WORKERS, APPROVERS)}
    mails = clocks = 0
    for page in _pages(now):
        wanted = {due.key(user.pk): (due, user) for due in page for user in due.audience(staff)}
        known = set(OutboxMessage.objects.filter(idem_key__in=wanted).values_list("idem_key", flat=True))
        told: dict[uuid.UUID, Due] = {}
        for key, (due, user) in wanted.items():
            if key not in known:
                _queue(due, key, user.email, now)
                told[due.clock.item_id] = due
                mails += 1
        for due in told.values():
            detail = f"{due.stage}:{due.clock.due_on}"
            note_history(subject_request=due.case, kind="reminded", actor=actor, now=now, detail=detail)
        clocks += len(told)
    return {"reminders": mails, "clocks": clocks}


def may_remind(message: OutboxMessage) -> GateAnswer:
    """The gate of reminders: only of a case that is still open, at the stage and the due date as they are now."""
    if message.template != TEMPLATE:
        return YES
    row = Clock.objects.select_related("item__subject_request").filter(pk=message.context["clock"]).first()
    if row is None or row.item.decided_at or row.item.subject_request.state not in WORKED_ON:
        return GateAnswer(allowed=False, reason="ended")
    newest = Clock.objects.filter(item=row.item, kind=row.kind).order_by("-number").first()
    due = _due(row.item.subject_request, newest, clock.now()) if newest else None
    if due is None or due.clock.due_on != row.due_on or due.stage != message.context["stage"]:
        return GateAnswer(allowed=False, reason="overtaken")
    return YES


def _pages(now: dt.datetime) -> Iterator[list[Due]]:
    """The clocks to tell of, in pages of cases, the most urgent first."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    cases = SubjectRequest.objects.filter(state__in=WORKED_ON, safe_on__lte=today + FIRST).order_by("safe_on", "id")
    after: tuple[dt.date, uuid.UUID] | None = None
    while True:
        rows = (
            cases if after is None else cases.filter(safe_on__gte=after[0]).exclude(safe_on=after[0], id__lte=after[1])
        )
        page = list(rows.prefetch_related("items__clocks")[:PAGE])
        yield [due for case in page for row in _in_force(case) if (due := _due(case, row, now))]
        if len(page) < PAGE or page[-1].safe_on is None:
            return
        after = (page[-1].safe_on, page[-1].pk)


def _in_force(case: SubjectRequest) -> Iterable[Clock]:
    """The newest clock of each right that nobody has decided, from prefetched rows."""
    for item in case.items.all():
        if item.decided_at is None:
            newest = {row.kind: row for row in sorted(item.clocks.all(), key=lambda row: row.number)}
            yield from newest.values()


def _due(case: SubjectRequest, row: Clock, now: dt.datetime) -> Due | None:
    zone = settings.KEPT_TIME_ZONE
    stage = stage_to_tell(
        safe_on=row.safe_on, filed_on=clock.local_date(case.filed_at, zone), today=clock.local_date(now, zone)
    )
    return Due(case, row, stage) if stage else None


def _queue(due: Due, key: str, address: str, now: dt.datetime) -> None:
    queue_mail(
        TEMPLATE,
        idem_key=key,
        to=address,
        context={"case": str(due.case.pk), "clock": str(due.clock.pk), "stage": due.stage.value},
        now=now,
        is_demo=due.case.is_demo,
    )
