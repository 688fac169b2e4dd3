"""The tasks of people in a case: an open one of a system keeps the case from being answered."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import staff_with
from dsr.models import SubjectRequest
from dsr.notices.models import Notice, Task
from dsr.notices.vocabulary import WAITING, TaskKind
from dsr.services.moving import note_history
from dsr.services.planning import person_of_case
from dsr.services.reminding import WORKERS
from dsr.states import Right, State
from privacy.jobs.models import OutboxMessage
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.ready import Ready
from privacy.personal_data.contract import Action, HandlerUnavailable, handlers
from privacy.policy.board import is_on

BY_HAND = {
    Right.RECTIFICATION: (TaskKind.RECTIFY, Action.RECTIFY),
    Right.RESTRICTION: (TaskKind.RESTRICT, Action.RESTRICT),
}
ROOM = dt.timedelta(days=5)  # between the task's day and the case's: the answer has to be written too
REMIND = dt.timedelta(days=3)
TEMPLATE = "dsr.task_reminder"


@transaction.atomic
def open_task(
    *,
    subject_request: SubjectRequest,
    kind: str,
    about: str,
    label: str,
    due_on: dt.date,
    actor: Actor,
    now: dt.datetime,
    owner: uuid.UUID | None = None,
    is_blocking: bool = True,
    notice: Notice | None = None,
    **words: str,
) -> Task:
    """A task of a case, once for each kind and system: the one that is there already, where there is one. `words`:
    what is left there, why, and how it goes.

    Raises InvalidInput for a day to come after the case's, or an owner who is not of staff.
    """
    if owner and not User.objects.filter(pk=owner, is_staff=True, is_active=True).exists():
        raise InvalidInput("Choose somebody of staff.", field="owner")
    if is_blocking and subject_request.due_on and due_on > subject_request.due_on:
        raise InvalidInput(f"The case is due on {subject_request.due_on}: choose an earlier day.", field="due_on")
    task, is_new = Task.objects.get_or_create(
        subject_request=subject_request,
        kind=kind,
        about=about,
        defaults={
            "label": label[:120],
            "due_on": due_on,
            "owner": owner,
            "is_blocking": is_blocking,
            "notice": notice,
            "created_at": now,
            "is_demo": subject_request.is_demo,
            **words,
        },
    )
    if is_new:
        note_history(
            subject_request=subject_request, kind="task_opened", actor=actor, now=now, detail=f"{kind}:{about}"
        )
    return task


def require_answered(subject_request: SubjectRequest, _now: dt.datetime) -> None:
    """The listener of closing: DomainError where a task of a system is open. Silence is no answer."""
    if not is_on("dsr.tasks_keep_open"):
        return
    if first := BLOCKING.first(subject_request.pk):
        raise DomainError(f"A task of this case is open: {first.label}. Answer it first.", code="open_task")


def blocking_tasks(subject_request: SubjectRequest) -> "QuerySet[Task]":
    """What somebody still has to answer, or to confirm, before the case can be."""
    return _blocking(subject_request.pk)


def _blocking(case: Any) -> "QuerySet[Task]":
    return Task.objects.filter(subject_request_id=case, state__in=WAITING, is_blocking=True)


BLOCKING = Ready(_blocking)


def day_of_task(subject_request: SubjectRequest, now: dt.datetime) -> dt.date:
    """By when a person does what a case waits for: some days before the case's, since the answer has to be written
    too; never before today, unless the case's own day is."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    last = subject_request.safe_on or subject_request.due_on or today + 2 * ROOM
    day = max(today, last - ROOM)
    return min(day, subject_request.due_on) if subject_request.due_on else day


def tend_tasks(*, now: dt.datetime) -> dict[str, int | str]:
    """Open what no connector can do, and remind of what is due soon; both once."""
    return {"opened": _open_by_hand(now), "reminders": _remind(now)}


def _open_by_hand(now: dt.datetime) -> int:
    """A task for each outside system that cannot correct or restrict by itself, in each case that needs it."""
    rows = SubjectRequest.objects.filter(state=State.RECEIVED, items__right__in=BY_HAND, items__decided_at=None)
    opened = 0
    for case in rows.filter(subject__isnull=False).distinct().order_by("pk"):
        for right in case.items.filter(right__in=BY_HAND, decided_at=None).values_list("right", flat=True):
            opened += _open_for(case, Right(right), now)
    return opened


def _open_for(case: SubjectRequest, right: Right, now: dt.datetime) -> int:
    kind, action = BY_HAND[right]
    known = set(Task.objects.filter(subject_request=case, kind=kind).values_list("about", flat=True))
    opened = 0
    for handler in handlers.all():
        if handler.system == "kept" or handler.key in known:
            continue
        try:
            is_offered = not handler.plan(person_of_case(case), action, now=now).not_offered
        except (HandlerUnavailable, DomainError):
            continue  # asked again in an hour
        if not is_offered:
            open_task(
                subject_request=case,
                kind=kind,
                about=handler.key,
                label=handler.label,
                due_on=day_of_task(case, now),
                actor=SYSTEM,
                now=now,
            )
            opened += 1
    return opened


def _remind(now: dt.datetime) -> int:
    """One mail for each task, day and person; the owner, or who works on requests where nobody owns it."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    due = list(Task.objects.filter(state__in=WAITING, due_on__lte=today + REMIND).order_by("due_on", "pk"))
    workers = staff_with("dsr", WORKERS) if due else []
    wanted: dict[str, tuple[Task, User]] = {}
    for task in due:
        stage = "late" if task.due_on < today else "soon"
        for user in workers:
            if (task.owner in {None, user.pk}) and (user.is_demo or not task.is_demo):
                wanted[f"{TEMPLATE}:{task.pk}:{task.due_on}:{stage}:{user.pk}"] = (task, user)
    known = set(OutboxMessage.objects.filter(idem_key__in=wanted).values_list("idem_key", flat=True))
    for key, (task, user) in wanted.items():
        if key not in known:
            queue_mail(
                TEMPLATE, idem_key=key, to=user.email, context={"task": str(task.pk)}, now=now, is_demo=task.is_demo
            )
    return len(wanted.keys() - known)
