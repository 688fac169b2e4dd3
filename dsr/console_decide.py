"""The console pages of decisions: the steps of one, the second person's page, reopening, registers."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_safe

from dsr import console_appeals
from dsr.console_answers import uses_that_can_end
from dsr.console_pages import actor_of, back_to, case_or_404, show, try_it
from dsr.decisions import services as proposing
from dsr.decisions.models import Proposal
from dsr.decisions.selectors import REGISTERS, register_page
from dsr.decisions.vocabulary import WHY_WORDS, Why
from dsr.forms_decide import STEPS, DecideForm, ReopenForm
from dsr.grounds import GROUNDS, ground_in
from dsr.models import RequestItem
from dsr.outcomes import Decision, check_decision, check_ground
from dsr.rights import label_of
from dsr.services import answering, approving, reopening
from dsr.services.deciding_preview import decision_text
from dsr.services.effects import regimes_of
from dsr.services.second_person import others_than, why_second
from dsr.services.system_answers import known_answers, outside_systems, whole_decision
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, InvalidInput, NotFound

View = Callable[..., HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Decide one right: ground, then evidence and words, then the letter as it will read."""
    item = get_object_or_404(RequestItem, pk=pk)
    subject_request = case_or_404(request, item.subject_request_id)
    item.subject_request = subject_request
    if item.decided_at:
        messages.error(request, "This right is decided already.")
        return back_to(subject_request)
    known = known_answers(subject_request, item.right)
    systems = {key: label for key, label in outside_systems().items() if key not in known}
    form = DecideForm(
        request.POST or None,
        right=item.right,
        regimes=regimes_of(subject_request),
        systems=systems,
        purposes=uses_that_can_end(),
    )
    done = request.POST.get("step", "")
    if request.method != "POST" or done not in STEPS:
        return _step(request, item, form, "ground")
    form.is_valid()
    try:
        decision = _checked(item, form, done)
        if done == "letter":
            return _decide(request, item, decision)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _step(request, item, form, _step_of(form, done), status=400)
    return _step(request, item, form, STEPS[STEPS.index(done) + 1], decision=decision)


def _checked(item: RequestItem, form: DecideForm, done: str) -> Decision:
    """The decision so far; InvalidInput for what this step must have."""
    if form.errors.keys() & {"outcome", "ground"} or (done != "ground" and form.errors):
        raise InvalidInput("Look at what is marked.", field="")
    for name in form.fields:
        form.cleaned_data.setdefault(name, "")
    decision, regimes = form.decision(), regimes_of(item.subject_request)
    if done == "ground":
        if decision.outcome in {"refused", "partly"}:
            check_ground(item.right, decision, regimes)
        return decision
    known = known_answers(item.subject_request, item.right)
    whole = whole_decision(decision, known)
    check_decision(item.right, whole, systems=outside_systems(), regimes=regimes)
    if decision.ground and not decision.evidence.strip():
        raise InvalidInput("Say where the proof of the ground lies.", field="evidence")
    return decision


def _step_of(form: DecideForm, done: str) -> str:
    """The step on which what is wrong can be mended."""
    wrong = {name for name in form.errors if name in form.fields}
    if wrong & {"outcome", "ground"}:
        return "ground"
    return "evidence" if wrong or done != "ground" else "ground"


def _decide(request: HttpRequest, item: RequestItem, decision: Decision) -> HttpResponse:
    waits = answering.answer_item(item=item, decision=decision, actor=actor_of(request), now=clock.now())
    if waits is None:
        messages.success(request, f"Decided: {label_of(item.right)}. The letter goes out once every right is.")
    else:
        messages.success(request, answering.WAITS_FOR[type(waits).__name__])
    return back_to(item.subject_request)


def _step(
    request: HttpRequest,
    item: RequestItem,
    form: DecideForm,
    step: str,
    *,
    decision: Decision | None = None,
    status: int = 200,
) -> HttpResponse:
    case = item.subject_request
    found = ground_in(form.data.get("ground", ""), regimes_of(case)[0]) if form.is_bound else None
    response = show(
        request,
        "decide.html",
        f"Decide: {label_of(item.right)}",
        subject_request=case,
        item=item,
        form=form,
        step=step,
        number=STEPS.index(step) + 1,
        shown=form.shown(step),
        carried=form.carried(step) if form.is_bound else [],
        ground=found,
        text=decision_text(item, decision) if decision and step == "letter" else "",
        why=[WHY_WORDS[Why(code)] for code in why_second(item, decision)] if decision and step == "letter" else [],
        notes=case.notes.filter(kind="message"),
    )
    response.status_code = status
    return response


@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person reads what was proposed, and approves exactly that or sends it back."""
    row = get_object_or_404(Proposal.objects.select_related("subject_request", "item"), pk=pk)
    case = case_or_404(request, row.subject_request_id)
    actor = actor_of(request)
    if request.method == "POST":
        if request.POST.get("decision") == "send_back":
            try_it(
                request,
                lambda: proposing.send_back(proposal=row, actor=actor, now=clock.now()),
                "Sent back. Nothing was done.",
            )
        else:
            digest = request.POST.get("digest", "")
            try_it(
                request,
                lambda: approving.approve_decision(proposal=row, digest=digest, actor=actor, now=clock.now()),
                "Approved, and done as it was proposed.",
            )
        return back_to(case)
    decision = proposing.read_proposal(proposal=row, actor=actor, now=clock.now())
    items = [row.item] if row.item else list(case.items.order_by("right"))
    return show(
        request,
        "proposal.html",
        f"Approve a decision · {case.reference}",
        subject_request=case,
        proposal=row,
        decision=decision,
        labels=[label_of(item.right) for item in items],
        text="\n\n".join(decision_text(item, decision) for item in items),
        why=[WHY_WORDS[Why(code)] for code in row.reasons],
        is_own=request.user.pk in {row.proposed_by, case.filed_by},
        is_alone=not others_than({row.proposed_by, case.filed_by}),
    )


@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open an ended case again; its day of receipt stays."""
    case = case_or_404(request, pk)
    form = ReopenForm(request.POST or None, rights=reopening.rights_to_open(case))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if try_it(
            request,
            lambda: reopening.reopen(
                subject_request=case,
                rights=values["rights"],
                reason=values["reason"],
                actor=actor_of(request),
                now=clock.now(),
            ),
            "Open again. It counts from the day on which it first came.",
        ):
            return back_to(case)
    return show(request, "reopen.html", "Open this request again", subject_request=case, form=form)


@require_safe
def register(request: HttpRequest, name: str) -> HttpResponse:
    """A register: refusals, what single systems kept, extensions, complaints, appeals, or what waits for a second
    person; by its ground, where it has one."""
    if name not in REGISTERS:
        raise Http404
    case_permission(request)
    try:
        ground = request.GET.get("ground", "")
        page = register_page(name, request.GET.get("after", ""), ground)
    except NotFound:
        raise Http404 from None
    return show(
        request,
        "register.html",
        REGISTERS[name].title,
        name=name,
        registers=REGISTERS,
        page=page,
        ground=ground,
        grounds=[(code, row.article, code.replace("_", " ")) for code, row in sorted(GROUNDS.items())]
        if REGISTERS[name].has_grounds
        else [],
    )


def case_permission(request: HttpRequest) -> None:
    """Who may read registers may work on requests."""
    if not request.user.has_perm("dsr.work_subject_request"):
        raise PermissionDenied


def urls(wrap: Callable[[Any], Any]) -> list[URLPattern]:
    """The pages of this file, for the admin site."""
    return [
        path("decide/<uuid:pk>/", wrap(decide), name="dsr_decide"),
        path("proposal/<uuid:pk>/", wrap(proposal), name="dsr_proposal"),
        path("<uuid:pk>/reopen/", wrap(reopen), name="dsr_reopen"),
        *console_appeals.urls(wrap),
        path("registers/<slug:name>/", wrap(register), name="dsr_register"),
    ]
