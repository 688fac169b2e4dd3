"""What a person says on the page of their request about our decision: a reply, a consequence understood, an appeal."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext

from dsr.correspondence.services import GivenFile
from dsr.models import SubjectRequest
from dsr.services.appealing import file_appeal
from dsr.services.consequences import answer_consequence, open_question
from dsr.services.ending import withdraw_subject_request
from dsr.services.replying import reply
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError


def act_on(request: HttpRequest, case: SubjectRequest, actor: Actor) -> None:
    """Do what a button of the page says; a message tells what came of it."""
    acts = {
        "withdraw": _withdraw,
        "consequence_yes": _confirm,
        "consequence_no": _decline,
        "appeal": _appeal,
        "reply": _reply,
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        messages.error(request, gettext("Nothing was changed: use the buttons of this page."))
        return
    try:
        messages.success(request, act(request, case, actor))
    except DomainError as error:
        messages.error(request, error.message)


def _withdraw(_request: HttpRequest, case: SubjectRequest, actor: Actor) -> str:
    try:
        withdraw_subject_request(subject_request=case, actor=actor, now=clock.now())
    except DomainError:
        raise DomainError(
            gettext("This request cannot be withdrawn any more: its work has begun or is done.")
        ) from None
    return gettext("Your request is withdrawn. Nobody works on it any more.")


def _confirm(_request: HttpRequest, case: SubjectRequest, actor: Actor) -> str:
    _answer(case, actor, is_confirmed=True)
    return gettext("Done: from now on these uses are denied.")


def _decline(_request: HttpRequest, case: SubjectRequest, actor: Actor) -> str:
    _answer(case, actor, is_confirmed=False)
    return gettext("Nothing was changed. You still get our answer.")


def _answer(case: SubjectRequest, actor: Actor, *, is_confirmed: bool) -> None:
    question = open_question(case)
    if question is None:
        raise DomainError(gettext("This request does not wait for your answer any more."))
    answer_consequence(question=question, is_confirmed=is_confirmed, actor=actor, now=clock.now())


def _reply(request: HttpRequest, case: SubjectRequest, actor: Actor) -> str:
    given = request.FILES.get("file")
    file = GivenFile(given.name or "", given.read()) if given else None
    reply(subject_request=case, text=request.POST.get("text", ""), file=file, actor=actor, now=clock.now())
    return gettext("We have your message. It stands with your request.")


def _appeal(request: HttpRequest, case: SubjectRequest, actor: Actor) -> str:
    file_appeal(subject_request=case, words=request.POST.get("words", "")[:4000], actor=actor, now=clock.now())
    return gettext("You appealed. We look at our decision again.")
