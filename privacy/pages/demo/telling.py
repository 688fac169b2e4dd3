"""The whole chain by the demo's cast, through the same services as the pages: for a terminal."""

import datetime as dt
import re
from collections.abc import Iterator

from django.conf import settings

from dsr.models import Letter, ReceiptRow, RequestItem, SubjectRequest
from dsr.notices.tasks import blocking_tasks
from dsr.services.approving import approve_plan
from dsr.services.confirming import confirm_subject_request
from dsr.services.intake import open_subject_request
from dsr.services.planning import prepare_erasure, record_identity_check
from dsr.states import ANSWERED, Right, State
from privacy.jobs.models import CapturedMail
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS
from privacy.kernel.identifiers import normalize
from privacy.pages.demo.acting import by, do_tasks, wait_for
from privacy.pages.demo.answering import answer_right
from privacy.pages.demo.cast import LENA, NORA

LINK = re.compile(r"/requests/confirm/([\w.-]+)/")
MESSAGE = "My name is spelled wrong: it is Erika. What do you do with it, and did a machine decide about me?"


def tell(*, email: str, right: str) -> Iterator[str]:
    """Ask, confirm, decide or erase, answer: one line for each step as it has happened.

    Raises NotTold where a step does not come, and whatever a service refuses.
    """
    began, asked = clock.now(), Right(right)
    address = normalize("email", email)
    case = open_subject_request(
        rights=[asked], email=address, message=MESSAGE, actor=ANONYMOUS, now=began, is_demo=True
    )
    case.refresh_from_db()
    said = f"A visitor asked: {_words(case, asked)}. The request is {case.reference}"
    if case.state in ANSWERED:
        yield f"{said}; Kept did it alone, at once."
    else:
        if case.state == State.UNCONFIRMED:
            yield f"{said}; it waits for its confirmation."
            confirm_subject_request(token=_mailed_token(address, since=began), actor=ANONYMOUS, now=clock.now())
            case.refresh_from_db()
            yield f"The mailed link confirmed the address.{_due(case)}"
        else:
            yield f"{said}; nobody has to prove anything for it.{_due(case)}"
        if asked is not Right.ERASURE:
            yield from answer_right(case, asked)
        if case.items.filter(right=Right.ERASURE, decided_at=None).exists():
            yield from _erase(case)
    yield "The letter:\n\n" + Letter.objects.get(subject_request=case, kind="answer").text


def _words(case: SubjectRequest, right: Right) -> str:
    label = RequestItem(subject_request=case, right=right).get_right_display()
    return label[0].lower() + label[1:]


def _erase(case: SubjectRequest) -> Iterator[str]:
    if case.identity_level == "V0":
        record_identity_check(subject_request=case, method="call_back", actor=by(LENA), now=clock.now())
        yield f"{LENA.name} called back on a number that we hold, and knows who asks."
    plan = prepare_erasure(subject_request=case, actor=by(LENA), now=clock.now())
    yield f"{LENA.name} looked at the preview and froze it as plan {plan.number} ({plan.digest[:12]})."
    approve_plan(plan=plan, digest=plan.digest, actor=by(NORA), now=clock.now())
    yield f"{NORA.name} approved exactly that plan. The erasure runs."
    wait_for(lambda: _is_over(case) or blocking_tasks(case).exists(), "The erasure did not end")
    yield from do_tasks(case)
    wait_for(lambda: _is_over(case), "The erasure did not end")
    receipt = ReceiptRow.objects.filter(subject_request_id=case.pk).latest("at")
    yield f"Every system answered, and was asked again. Receipt {receipt.row_hash[:12]}."


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

    wait_for(look, "The mail with the link did not come")
    return found[0]


def _due(case: SubjectRequest) -> str:
    if not case.due_on:
        return ""
    return f" The answer is due by {case.due_on:%-d %B %Y} ({settings.KEPT_TIME_ZONE})."
