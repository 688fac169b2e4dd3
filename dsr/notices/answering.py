"""Answer the tasks of a case: what was found and done, with how one can see it. Where something of an erasure stays,
a second person agrees first, as to every other refusal."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from dsr.models import SubjectRequest, SystemAnswer
from dsr.notices.models import Task
from dsr.notices.tasks import BLOCKING, open_task
from dsr.notices.vocabulary import LONGEST_DELAY, SHORTEST_NOTE, TaskKind, TaskState
from dsr.outcomes import Kept, Said, check_kept
from dsr.services.effects import regimes_of
from dsr.services.moving import note_history
from dsr.services.second_person import ONE_PAIR, approver_of
from dsr.services.waking import wake_case
from dsr.states import Answer, Right
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.ready import Ready
from privacy.policy.board import is_on

RIGHT_OF = {
    TaskKind.ERASE: Right.ERASURE,
    TaskKind.RECTIFY: Right.RECTIFICATION,
    TaskKind.RESTRICT: Right.RESTRICTION,
}
KIND_OF = {right: kind for kind, right in RIGHT_OF.items()}
ANSWERS = {Answer.DONE.value, Answer.NOTHING_HELD.value, Answer.NOT_OFFERED.value}
ANSWERED = Ready(
    lambda case, kind: Task.objects.filter(subject_request_id=case, kind=kind, state=TaskState.DONE).order_by(
        "created_at"
    )
)
LOOKED_AT_AGAIN = Ready(
    lambda case: SystemAnswer.objects.filter(item__subject_request_id=case, review_on__isnull=False).select_related(
        "item"
    )
)
SAID = ("state", "answer", "note", "ground", "words", "review_on", "done_at", "done_by")


@transaction.atomic
def answer_task(
    *,
    task: Task,
    answer: str,
    note: str,
    actor: Actor,
    now: dt.datetime,
    ground: str = "",
    words: str = "",
    review_on: dt.date | None = None,
) -> None:
    """Say what was found and done, with a note of how one can see it.

    Where it cannot be done: on which ground, what the person reads, and when somebody looks again. Where a residual
    goes by itself: by when. Raises InvalidInput naming the field, StaleState where it is answered already.
    """
    row = _locked(task, TaskState.OPEN, "This task is answered already. Load the page again.")
    kept, day = _checked(row, answer, Kept(ground, words, review_on), now)
    if len(note.strip()) < SHORTEST_NOTE:
        raise InvalidInput("Say what you did and how one can see it, in a sentence.", field="note")
    needs_second = bool(kept) and row.kind == TaskKind.ERASE and is_on("dsr.second_person")
    row.state = TaskState.PROPOSED if needs_second else TaskState.DONE
    row.answer, row.note, row.done_at, row.done_by = answer, note.strip(), now, actor.id
    row.ground, row.words, row.review_on = (kept.ground, kept.words, kept.review_on) if kept else ("", "", day)
    row.save(update_fields=SAID)
    detail = f"{row.kind}:{row.about}:{answer}"
    note_history(subject_request=row.subject_request, kind="task_answered", actor=actor, now=now, detail=detail)
    _go_on(row.subject_request, now)


def _checked(row: Task, answer: str, kept: Kept, now: dt.datetime) -> tuple[Kept | None, dt.date | None]:
    """Why it stays, or the day on which it goes; neither where it is done."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    if answer == Answer.LATER and row.what:
        last = today + dt.timedelta(days=LONGEST_DELAY)
        if kept.review_on is None or not today < kept.review_on <= last:
            raise InvalidInput(
                f"Give the day on which it is gone, until {last}. What stays longer needs a ground.", field="review_on"
            )
        return None, kept.review_on
    if answer not in ANSWERS:
        raise InvalidInput("Choose done, nothing held, or cannot be done there.", field="answer")
    right = RIGHT_OF.get(TaskKind(row.kind))
    if answer != Answer.NOT_OFFERED or right is None:
        return None, None
    regimes = regimes_of(row.subject_request)
    return check_kept(right, kept, regimes, what=row.what or row.label, today=today), None


@transaction.atomic
def confirm_task(*, task: Task, actor: Actor, now: dt.datetime) -> None:
    """The second person agrees that it stays. Raises NotAllowed for the one who said so, or without the permission;
    StaleState where it does not wait for that."""
    row = _locked(task, TaskState.PROPOSED, "This task does not wait for a second person. Load the page again.")
    had_part = {row.done_by, row.subject_request.filed_by}
    approver = approver_of(actor, had_part=had_part, prepared_at=row.done_at or now, now=now)
    row.state, row.confirmed_by, row.is_one_pair = TaskState.DONE, approver.user.pk, approver.is_one_pair
    row.save(update_fields=["state", "confirmed_by", "is_one_pair"])
    case, detail = row.subject_request, f"{row.kind}:{row.about}"
    note_history(subject_request=case, kind="task_confirmed", actor=actor, now=now, detail=detail)
    if approver.is_one_pair:
        note_history(subject_request=case, kind=ONE_PAIR, actor=actor, now=now, detail="task")
    _go_on(case, now)


@transaction.atomic
def send_back_task(*, task: Task, actor: Actor, now: dt.datetime) -> None:
    """It waits for an answer again. StaleState where it does not wait for a second person."""
    row = _locked(task, TaskState.PROPOSED, "This task does not wait for a second person. Load the page again.")
    row.state, row.answer, row.note, row.done_at, row.done_by = TaskState.OPEN, "", "", None, None
    row.ground, row.words, row.review_on = "", "", None
    row.save(update_fields=SAID)
    detail = f"{row.kind}:{row.about}"
    note_history(subject_request=row.subject_request, kind="task_sent_back", actor=actor, now=now, detail=detail)


def _locked(task: Task, state: str, otherwise: str) -> Task:
    row = Task.objects.select_for_update(of=("self",)).select_related("subject_request").get(pk=task.pk)
    if row.state != state:
        raise StaleState(otherwise)
    return row


def _go_on(case: SubjectRequest, now: dt.datetime) -> None:
    """A run that waited for people goes on once the last of them answered."""
    if not BLOCKING.any(case.pk):
        wake_case(case, now)


def answers_of_tasks(subject_request: SubjectRequest, right: str) -> dict[str, Said]:
    """What tasks answered for a right: the key of a system, or of one thing in it → what was said, the newest last."""
    kind = KIND_OF.get(Right(right))
    return {row.about: said_in(row) for row in ANSWERED.all(subject_request.pk, kind)} if kind else {}


def said_in(row: Task) -> Said:
    """What an answered task says."""
    label = f"{row.label}: {row.what}" if row.what else row.label
    if row.ground:
        answer = Answer.RETAINED.value if row.what else row.answer
        return Said(answer, label, Kept(row.ground, row.words, row.review_on))
    return Said(row.answer, label, on=row.review_on)


def look_again_later(subject_request: SubjectRequest, now: dt.datetime) -> None:
    """The listener of closing: what stays in a system, or goes there by itself, is looked at again on its day."""
    for row in LOOKED_AT_AGAIN.all(subject_request.pk):
        task = open_task(
            subject_request=subject_request,
            kind=TaskKind.REVIEW,
            about=row.system,
            label=row.label,
            due_on=row.review_on or clock.local_date(now, settings.KEPT_TIME_ZONE),
            is_blocking=False,
            actor=SYSTEM,
            now=now,
        )
        if task.due_on != row.review_on:  # the case was opened again and answered anew
            Task.objects.filter(pk=task.pk).update(due_on=row.review_on, state=TaskState.OPEN)
