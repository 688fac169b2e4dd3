"""What a system could not do and says so, becomes a task: somebody does it there, or says on which ground it stays."""

import datetime as dt
import hashlib
from collections.abc import Iterable

from dsr.grounds import GROUNDS
from dsr.models import SubjectRequest
from dsr.notices.models import Task
from dsr.notices.tasks import day_of_task, open_task
from dsr.notices.vocabulary import TaskKind, TaskState
from privacy.kernel.actors import SYSTEM
from privacy.personal_data.contract import SUPPLEMENT, Residual


def is_for_people(residual: Residual) -> bool:
    """Whether somebody has to act outside of Kept. What a ground keeps is answered already, and rows that nobody
    approved need another approval."""
    return residual.why not in GROUNDS and residual.who != SUPPLEMENT


def open_residuals(
    *,
    subject_request: SubjectRequest,
    kind: TaskKind,
    system: str,
    label: str,
    residuals: Iterable[Residual],
    now: dt.datetime,
) -> list[Task]:
    """A task for each residual of a system, in the caller's transaction.

    A later run that reports the same keeps the task that is open; where it was answered, there is something new to
    do. One that reports it no longer ends no task: a system that deleted its records has lost the way to what is left.
    """
    mine = Task.objects.filter(subject_request=subject_request, kind=kind)
    opened = []
    for residual in residuals:
        if not is_for_people(residual):
            continue
        about = _key(system, residual)
        answered = mine.filter(about__startswith=about, state=TaskState.DONE).count()
        task = open_task(
            subject_request=subject_request,
            kind=kind,
            about=f"{about}:{answered + 1}" if answered else about,
            label=label,
            due_on=day_of_task(subject_request, now),
            actor=SYSTEM,
            now=now,
            what=f"{residual.table}: {residual.what}",
            why=residual.why,
            how=residual.who,
        )
        mine.filter(pk=task.pk).update(reported_at=now)
        opened.append(task)
    return opened


def _key(system: str, residual: Residual) -> str:
    """The same for the same thing in the same system, however many records it is about."""
    words = f"{residual.table}\n{residual.what}\n{residual.why}\n{residual.who}"
    return f"{system[:60]}:{hashlib.sha256(words.encode()).hexdigest()[:12]}"
