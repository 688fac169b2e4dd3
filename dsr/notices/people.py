"""People who answer for systems without an interface: which cases need them, and what their answers do to a case."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from dsr.identity.selectors import has_needed_level
from dsr.models import RequestItem, Run, SubjectRequest
from dsr.notices.answering import answer_task
from dsr.notices.models import Task
from dsr.notices.tasks import BY_HAND, day_of_task, open_task
from dsr.notices.vocabulary import TaskState
from dsr.outcomes import STAYS
from dsr.services.moving import note_history
from dsr.services.planning import person_of_case
from dsr.states import OPEN, Right, State
from privacy.jobs.models import Job, JobState
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import Action, Person
from privacy.personal_data.people import Answered, CaseInWork, waiting_for
from privacy.policy.board import is_on

CONTENTS = frozenset({Right.ACCESS, Right.PORTABILITY})
ACT_OF = {
    Right.RECTIFICATION: Action.RECTIFY,
    Right.RESTRICTION: Action.RESTRICT,
    **dict.fromkeys((Right.OBJECTION, Right.MARKETING_OBJECTION, Right.SALE_OPT_OUT), Action.OPT_OUT),
}
ANSWERED_AT_ONCE = (Right.MARKETING_OBJECTION, Right.SALE_OPT_OUT)
HEARD_FOR = dt.timedelta(days=30)  # after an opt-out was answered at once, people are still told of it
NOTE = "Its people answered; how one can see it stands with the question to them."


def cases_in_work(now: dt.datetime) -> Iterator[CaseInWork]:
    """Every open case, and opt-outs that were answered at once. What it wants of people stands where it is known who
    asks, and only until the case is decided or its erasure is approved."""
    late = Q(state=State.CLOSED, closed_at__gte=now - HEARD_FOR, items__right__in=ANSWERED_AT_ONCE)
    rows = SubjectRequest.objects.filter(Q(state__in=OPEN) | late, subject__isnull=False).distinct()
    for case in rows.prefetch_related("items").order_by("pk").iterator(chunk_size=200):
        yield _in_work(case, now)


def _in_work(case: SubjectRequest, now: dt.datetime) -> CaseInWork:
    items = list(case.items.all())
    wanted = {Right(item.right) for item in items if _is_wanted(case, item)}
    return CaseInWork(
        about=case.pk,
        reference=case.reference,
        person=person_of_case(case) if wanted else Person(()),
        due_on=day_of_task(case, now),
        wants_contents=bool(wanted & CONTENTS),
        wants_counts=Right.ERASURE in wanted,
        acts=frozenset(ACT_OF[right] for right in wanted if right in ACT_OF),
        is_demo=case.is_demo,
    )


def _is_wanted(case: SubjectRequest, item: RequestItem) -> bool:
    if item.right in ANSWERED_AT_ONCE:
        return case.state != State.UNCONFIRMED or item.decided_at is not None
    return case.state == State.RECEIVED and item.decided_at is None and has_needed_level(case, item)


def require_people(case: SubjectRequest, _now: dt.datetime) -> None:
    """The listener of closing: DomainError where people of a system have not answered. Silence is no answer."""
    if is_on("dsr.tasks_keep_open") and (labels := waiting_for(case.pk)):
        raise DomainError(f"Somebody has still to answer for a system: {labels[0]}.", code="open_task")


def hear(answered: Answered, now: dt.datetime) -> None:
    """People answered: the case's history says so, its task is done, and a run that waits goes on at once."""
    case = SubjectRequest.objects.filter(pk=answered.about).first()
    if case is None:
        return
    by = Actor.staff(answered.by) if answered.by else SYSTEM
    detail = f"{answered.system}:{answered.action or 'find'}:{answered.result}"
    note_history(subject_request=case, kind="people_answered", actor=by, now=now, detail=detail)
    for right, (kind, action) in BY_HAND.items():
        if action is answered.action and case.items.filter(right=right).exists():
            _answer_task(case, kind, answered, by, now)
    if answered.action in {None, Action.ERASE}:
        _wake(case, now)


def _answer_task(case: SubjectRequest, kind: str, answered: Answered, by: Actor, now: dt.datetime) -> None:
    task = Task.objects.filter(subject_request=case, kind=kind, about=answered.system).first() or open_task(
        subject_request=case,
        kind=kind,
        about=answered.system,
        label=answered.system,
        due_on=day_of_task(case, now),
        actor=SYSTEM,
        now=now,
    )
    if task.state == TaskState.OPEN and answered.result not in STAYS:  # else legal says on which ground
        answer_task(task=task, answer=answered.result, note=NOTE, actor=by, now=now)


def _wake(case: SubjectRequest, now: dt.datetime) -> None:
    """The run's job waits some hours between two looks."""
    runs = Run.objects.filter(plan__subject_request=case, finished_at=None).values_list("pk", flat=True)
    keys = [f"dsr.run:{pk}" for pk in runs]
    Job.objects.filter(idem_key__in=keys, state=JobState.READY, run_after__gt=now).update(run_after=now)
