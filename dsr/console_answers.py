"""The console pages that answer a case by hand: decide a right, build the package, send the letter."""

import uuid
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from dsr.console_pages import actor_of, back_to, case_or_404, show, try_it
from dsr.forms_console import AnswerForm, LiftingForm
from dsr.models import RequestItem
from dsr.outcomes import BY_PACKAGE
from dsr.rights import RIGHTS, label_of
from dsr.services import answering, lifting
from dsr.services.converting import convert_question
from dsr.services.effects import regimes_of
from dsr.services.releasing import package_of
from dsr.services.system_answers import known_answers, outside_systems
from dsr.states import Right
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, NotFound
from privacy.policy.selectors import purposes
from privacy.policy.vocabulary import Switch


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Decide one right."""
    item = get_object_or_404(RequestItem, pk=pk)
    subject_request = case_or_404(request, item.subject_request_id)
    if item.decided_at:
        messages.error(request, "This right is decided already.")
        return back_to(subject_request)
    known = known_answers(subject_request, item.right)
    systems = {key: label for key, label in outside_systems().items() if key not in known}
    form = AnswerForm(
        request.POST or None,
        right=item.right,
        regimes=regimes_of(subject_request),
        systems=systems,
        purposes=uses_that_can_end(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            waits = answering.answer_item(item=item, decision=form.decision(), actor=actor_of(request), now=clock.now())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            done = f"Decided: {label_of(item.right)}. The letter goes out once every right is."
            messages.success(request, answering.WAITS_FOR[type(waits).__name__] if waits else done)
            return back_to(subject_request)
    return show(
        request,
        "answer.html",
        label_of(item.right),
        subject_request=subject_request,
        item=item,
        form=form,
        package=package_of(subject_request.pk) if item.right in BY_PACKAGE else None,
        needs_package=item.right in BY_PACKAGE,
        rights=[row for row in RIGHTS.values() if row.code != Right.QUESTION] if item.right == Right.QUESTION else [],
        notes=subject_request.notes.filter(kind="message"),
    )


@require_POST
def convert(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Handle a question as a request."""
    item = get_object_or_404(RequestItem, pk=pk)
    subject_request = case_or_404(request, item.subject_request_id)
    rights = request.POST.getlist("rights")
    try_it(
        request,
        lambda: convert_question(item=item, rights=rights, actor=actor_of(request), now=clock.now()),
        "Its rights are listed now, each with its due date from the day the question came.",
    )
    return back_to(subject_request)


@require_POST
def package(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Build the package of the data, or build it again."""
    subject_request = case_or_404(request, pk)
    again = request.POST.get("again") == "1"
    act = answering.build_again if again else answering.build_case_package
    try_it(
        request,
        lambda: act(subject_request=subject_request, actor=actor_of(request), now=clock.now()),
        "Every system is asked now. Load the page again in a moment.",
    )
    item = request.POST.get("item", "")
    if item:
        try:
            return redirect(reverse("console:dsr_answer", args=[uuid.UUID(item)]))
        except ValueError:
            raise Http404 from None
    return back_to(subject_request)


@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Read what will be sent; a POST closes the case and sends it."""
    subject_request = case_or_404(request, pk)
    if request.method == "POST":
        try_it(
            request,
            lambda: answering.send_answer(subject_request=subject_request, actor=actor_of(request), now=clock.now()),
            "Answered. The letter is on its way.",
        )
        return back_to(subject_request)
    try:
        text = answering.letter_preview(subject_request)
        findings = answering.letter_findings(subject_request)
    except DomainError as error:
        messages.error(request, error.message)
        return back_to(subject_request)
    return show(
        request,
        "send.html",
        "Send the answer",
        subject_request=subject_request,
        text=text,
        findings=findings,
        may_send=not any(finding.stops for finding in findings),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Announce the end of a restriction."""
    subject_request = case_or_404(request, pk)
    form = LiftingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(lifting.announce_lifting, **form.cleaned_data, actor=actor_of(request), now=clock.now())
        try_it(request, lambda: act(subject_request=subject_request), "Announced. It is lifted in a week.")
        return back_to(subject_request)
    return show(request, "lift.html", "End the restriction", subject_request=subject_request, form=form)


def uses_that_can_end() -> list[tuple[str, str]]:
    """Code and label of every use that a person can end; none without a policy."""
    try:
        rows = purposes()
    except NotFound:
        return []
    return [(row.code, row.label) for row in rows if row.switch is not Switch.LOCKED]
