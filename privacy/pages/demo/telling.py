"""The whole chain by the demo's cast, through the same services as the pages: for a terminal."""

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator

from django.conf import settings

from dsr.models import Letter, ReceiptRow, SubjectRequest
from dsr.notices.answering import answer_task
from dsr.notices.tasks import blocking_tasks
from dsr.services.approving import approve_plan
from dsr.services.confirming import confirm_subject_request
from dsr.services.intake import open_subject_request
from dsr.services.planning import prepare_erasure
from dsr.states import State
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import DomainError
from privacy.kernel.identifiers import normalize
from privacy.pages.demo.cast import LENA, NORA, user_of

PATIENCE_S = 60
BY_HAND = "Played by the demo: nothing had to be done outside of this machine."
LINK = re.compile(r"/requests/confirm/([\w.-]+)/")


class NotTold(DomainError):
    """The story stopped, and says where."""

    code = "not_told"


def tell_erasure(*, email: str) -> Iterator[str]:
    """Ask, confirm, prepare, approve, erase, answer: one line for each step as it has happened.

    Raises NotTold where a step does not come, and whatever a service refuses.
    """
    began = clock.now()
    address = normalize("email", email)
    case = open_subject_request(rights=["erasure"], email=address, message="", actor=ANONYMOUS, now=began, is_demo=True)
    yield f"A visitor asked for erasure. The request is {case.reference}; it waits for its confirmation."
    token = _mailed_token(address, since=began)
    confirm_subject_request(token=token, actor=ANONYMOUS, now=clock.now())
    case.refresh_from_db()
    yield f"The mailed link confirmed the address.{_due(case)}"
    plan = prepare_erasure(subject_request=case, actor=Actor.staff(user_of(LENA).pk, via="console"), now=clock.now())
    yield f"{LENA.name} looked at the preview and froze it as plan {plan.number} ({plan.digest[:12]})."
    approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(user_of(NORA).pk, via="console"), now=clock.now())
    yield f"{NORA.name} approved exactly that plan. The erasure runs."
    _wait_for(lambda: _is_over(case) or blocking_tasks(case).exists(), "The erasure did not end")
    for task in list(blocking_tasks(case)):
        answer_task(
            task=task, answer="done", note=BY_HAND, actor=Actor.staff(user_of(LENA).pk, via="console"), now=clock.now()
        )
        yield f"{LENA.name} did by hand what a system could not: {task.label}, {task.what}."
    _wait_for(lambda: _is_over(case), "The erasure did not end")
    receipt = ReceiptRow.objects.filter(subject_request_id=case.pk).latest("at")
    yield f"Every system answered, and was asked again. Receipt {receipt.row_hash[:12]}."
    yield "The letter:\n\n" + Letter.objects.get(subject_request=case, kind="answer").text


def _is_over(case: SubjectRequest) -> bool:
    return SubjectRequest.objects.filter(pk=case.pk, state=State.CLOSED).exists()


def _mailed_token(address: str, *, since: dt.datetime) -> str:
    """The token as the person would find it: in the newest mail to the address."""
    found: list[str] = []

    def look() -> bool:
        for mail in CapturedMail.objects.filter(created_at__gte=since).order_by("-created_at"):
            if mail.recipient == address and (match := LINK.search(mail.text)):
                found.append(match.group(1))
                return True
        return False

    _wait_for(look, "The mail with the link did not come")
    return found[0]


def _wait_for(look: Callable[[], bool], otherwise: str) -> None:
    """Do what is due until it shows; another process may be doing it too."""
    until = time.monotonic() + PATIENCE_S
    while not look():
        if time.monotonic() > until:
            raise NotTold(f"{otherwise} within {PATIENCE_S} seconds. Look into the console: what is stuck?")
        if not run_until_empty(most=20):
            time.sleep(0.2)


def _due(case: SubjectRequest) -> str:
    if not case.due_on:
        return ""
    return f" The answer is due by {case.due_on:%-d %B %Y} ({settings.KEPT_TIME_ZONE})."
