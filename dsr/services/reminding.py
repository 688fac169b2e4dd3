"""Remind staff of what is due. One mail for each clock, stage, due date and person, whoever runs this how often.

The key of the mail says all four, so a second run inserts nothing, and a due date that moved has mails of
its own. After downtime the most urgent stage is all that is told. At the moment of sending the gate asks
again: a mail that waited while the case ended, or while a later stage began, does not leave.

Who is told: first the one who works on the case, from three days before on everybody who works on requests and
those who may approve, in the end the latter. A case that nobody works on is everybody's from the start.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from accounts.selectors import staff_with
from dsr.models import Clock, RequestItem, SubjectRequest
from dsr.periods import APPEAL, APPEAL_NOTICE, APPEALS, RESPOND, SUB_CLOCKS
from dsr.services.moving import note_history
from dsr.stages import FIRST, TOLD, Stage, is_told_with_the_answer, stage_to_tell
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
OWNERS = frozenset({Stage.T14, Stage.T7})
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
        """Who is told of this stage. Nobody real is told of the demo's cases."""
        team, leads = staff[WORKERS], staff[APPROVERS]
        owner = [user for user in team if user.pk == self.case.assigned_to]
        if self.stage in OWNERS:
            rows = owner or team
        else:
            rows = [*owner, *leads] if self.stage is Stage.ESCALATION else [*team, *leads]
        once = {user.pk: user for user in rows}
        return [user for user in once.values() if user.is_demo or not self.case.is_demo]


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
    if row is None or not _runs(row, row.item, row.item.subject_request):
        return GateAnswer(allowed=False, reason="ended")
    newest = Clock.objects.filter(item=row.item, kind=row.kind).order_by("-number").first()
    if newest is None or newest.met_at:
        return GateAnswer(allowed=False, reason="ended")
    due = _due(row.item.subject_request, newest, clock.now())
    if due is None or due.clock.due_on != row.due_on or due.stage != message.context["stage"]:
        return GateAnswer(allowed=False, reason="overtaken")
    return YES


def _pages(now: dt.datetime) -> Iterator[list[Due]]:
    """The clocks to tell of, in pages of cases, the most urgent first."""
    until = clock.local_date(now, settings.KEPT_TIME_ZONE) + FIRST
    near = Clock.objects.filter(kind__in=TOLD, met_at=None, safe_on__lte=until)
    appeals = list(near.filter(kind__in=APPEALS).values_list("item__subject_request_id", flat=True))
    theirs = near.filter(item__subject_request=OuterRef("pk"), item__decided_at=None)
    cases = SubjectRequest.objects.filter(Q(Exists(theirs), state__in=WORKED_ON) | Q(pk__in=appeals))
    cases = cases.exclude(safe_on=None).order_by("safe_on", "id")
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
    """The newest clock of each kind that still runs, from prefetched rows; without what the reminder of the
    answer says too."""
    for item in case.items.all():
        newest = {row.kind: row for row in sorted(item.clocks.all(), key=lambda row: row.number)}
        for row in newest.values():
            answer = newest.get(APPEAL if row.kind == APPEAL_NOTICE else RESPOND)
            is_said = (
                (row.kind in SUB_CLOCKS or row.kind == APPEAL_NOTICE)
                and answer
                and is_told_with_the_answer(safe_on=row.safe_on, answer_on=answer.safe_on)
            )
            if _runs(row, item, case) and not is_said:
                yield row


def _runs(row: Clock, item: RequestItem, case: SubjectRequest) -> bool:
    """Whether a clock still waits for somebody here."""
    if row.met_at:
        return False
    return row.kind in APPEALS or (item.decided_at is None and case.state in WORKED_ON)


def _due(case: SubjectRequest, row: Clock, now: dt.datetime) -> Due | None:
    zone = settings.KEPT_TIME_ZONE
    stage = stage_to_tell(
        safe_on=row.safe_on,
        filed_on=clock.local_date(case.filed_at, zone),
        today=clock.local_date(now, zone),
        kind=row.kind,
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
