"""What the demo's staff does in every story: act at the console, do by hand what no system does, wait for jobs."""

import time
from collections.abc import Callable, Iterator

from dsr.models import SubjectRequest
from dsr.notices.answering import answer_task
from dsr.notices.tasks import blocking_tasks
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.pages.demo.cast import LENA, Role, user_of

PATIENCE_S = 60
BY_HAND = "Played by the demo: nothing had to be done outside of this machine."


class NotTold(DomainError):
    """The story stopped, and says where."""

    code = "not_told"


def by(role: Role) -> Actor:
    """One of the staff of the demo, at the console."""
    return Actor.staff(user_of(role).pk, via="console")


def do_tasks(case: SubjectRequest) -> Iterator[str]:
    """What no system does by itself, done by hand."""
    for task in list(blocking_tasks(case)):
        answer_task(task=task, answer="done", note=BY_HAND, actor=by(LENA), now=clock.now())
        what = f"{task.label}, {task.what}" if task.what else task.label
        yield f"{LENA.name} did by hand what a system could not: {what}."


def wait_for(look: Callable[[], bool], otherwise: str) -> None:
    """Do what is due until it shows; another process may be doing it too. NotTold where it does not come."""
    until = time.monotonic() + PATIENCE_S
    while not look():
        if time.monotonic() > until:
            raise NotTold(f"{otherwise} within {PATIENCE_S} seconds. Look into the console: what is stuck?")
        if not run_until_empty(most=20):
            time.sleep(0.2)
