"""A vendor has passed the day that it named itself: in each case that waits somebody asks it, once for each day."""

import datetime as dt
import functools
import operator
import uuid
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db.models import Q

from accounts.models import User
from dsr.freezing import thaw
from dsr.models import Run, SubjectRequest
from dsr.notices.models import Task
from dsr.notices.people import CONTENTS
from dsr.notices.tasks import open_task
from dsr.notices.vocabulary import TaskKind, TaskState
from dsr.services.moving import note_history
from dsr.services.planning import person_of_case
from dsr.services.waking import WAITING
from dsr.states import State
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.personal_data.contract import Person
from privacy.personal_data.late_answers import Overdue

CANCELLED = "It cancelled our request, and is asked again some days later"
HOW = "Ask it, and write down what it said."


def chase(found: Sequence[Overdue], now: dt.datetime) -> None:
    """The listener: a task in every case that waits; answered by itself where the vendor has answered since."""
    for case, each in _waiting([each for each in found if not each.is_over], None):
        _open(case, each, now)
    over = [each for each in found if each.is_over]
    if over and (among := _chased(over)):
        for case, each in _waiting(over, among):
            _settle(case, each, now)


def _waiting(asked: Sequence[Overdue], among: set[uuid.UUID] | None) -> Iterator[tuple[SubjectRequest, Overdue]]:
    """The cases that wait for one of these, of all or `among` some."""
    erasures, copies = [each for each in asked if each.action], [each for each in asked if not each.action]
    for mine, cases in ((erasures, _erasing), (copies, _copying)):
        if mine:
            for case, person in cases(mine, among):
                yield from ((case, each) for each in mine if each.is_about(person))


def _chased(asked: Sequence[Overdue]) -> set[uuid.UUID]:
    """The cases in which one of these systems is asked after by somebody: few, and mostly none."""
    about = (Q(about__startswith=f"{handler}:") for handler in {each.handler for each in asked})
    rows = Task.objects.filter(functools.reduce(operator.or_, about), kind=TaskKind.CHASE, state=TaskState.OPEN)
    return set(rows.values_list("subject_request_id", flat=True))


def _erasing(asked: Sequence[Overdue], among: set[uuid.UUID] | None) -> Iterator[tuple[SubjectRequest, Person]]:
    """Cases with a run that waits for one of these systems, and the person as it was approved."""
    keys = {each.handler for each in asked}
    rows = Run.objects.filter(finished_at=None, steps__handler__in=keys, steps__state__in=WAITING).distinct()
    if among is not None:
        rows = rows.filter(plan__subject_request__in=among)
    for run in rows.select_related("plan__subject_request").order_by("pk"):
        yield run.plan.subject_request, thaw(run.plan.frozen)[0]


def _copying(_asked: Sequence[Overdue], among: set[uuid.UUID] | None) -> Iterator[tuple[SubjectRequest, Person]]:
    """Open cases that have still to give a copy."""
    rows = SubjectRequest.objects.filter(state=State.RECEIVED, subject__isnull=False)
    wanted = rows.filter(items__right__in=CONTENTS, items__decided_at=None).distinct()
    if among is not None:
        wanted = wanted.filter(pk__in=among)
    for case in wanted.order_by("pk").iterator(chunk_size=200):
        yield case, person_of_case(case)


def _open(case: SubjectRequest, late: Overdue, now: dt.datetime) -> None:
    """For who has the case, on this very day: it is reminded of like any other. The run waits for the vendor anyhow."""
    owner = User.objects.filter(pk=case.assigned_to or uuid.UUID(int=0), is_staff=True, is_active=True).first()
    open_task(
        subject_request=case,
        kind=TaskKind.CHASE,
        about=f"{late.handler}:{'cancelled' if late.is_cancelled else late.named}",
        label=late.label,
        due_on=clock.local_date(now, settings.KEPT_TIME_ZONE),
        owner=owner.pk if owner else None,
        is_blocking=False,
        actor=SYSTEM,
        now=now,
        what="an erasure" if late.action else "a copy",
        why=CANCELLED if late.is_cancelled else f"It named {late.named} as the day by which it is done, and it is not",
        how=HOW,
    )


def _settle(case: SubjectRequest, late: Overdue, now: dt.datetime) -> None:
    """It has answered: nobody has to ask any more."""
    rows = Task.objects.filter(subject_request=case, kind=TaskKind.CHASE, about__startswith=f"{late.handler}:")
    if rows.filter(state=TaskState.OPEN).update(state=TaskState.DONE, answer="done", done_at=now):
        detail = f"{TaskKind.CHASE}:{late.handler}:done"
        note_history(subject_request=case, kind="task_answered", actor=SYSTEM, now=now, detail=detail)
