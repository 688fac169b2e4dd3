"""The pages of a case in the console. Each shows what will happen, and a POST runs one service."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from dsr.audit_events import OPENED_BY_STAFF
from dsr.case_file import case_file
from dsr.console_pages import actor_of, back_to, case_or_404, show, try_it
from dsr.forms_console import ExtensionForm, IdentityForm, RefusalForm
from dsr.grounds import Ground, ground_in
from dsr.identity.levels import NEVER_ASKS
from dsr.models import ErasurePlan, RequestItem
from dsr.outcomes import outcome_words
from dsr.periods import EXTENSION_NOTICE
from dsr.selectors import buckets, read_summary
from dsr.services import approving, deciding, extending, planning, supplementing
from dsr.services.clocks import clocks_in_force, every_clock_in_force
from dsr.services.counting import laws_of_case
from dsr.services.effects import regimes_of
from dsr.services.reopening import REOPENS
from dsr.services.ruling import rulings_of
from dsr.services.second_person import others_than
from dsr.states import OPEN, State
from privacy.audit.services import record
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.personal_data.candidates import CandidateHolder


@transaction.atomic
def case(request: HttpRequest, pk: Any) -> HttpResponse:
    """The case page. Opening it shows personal data, so it is an act."""
    subject_request = case_or_404(request, pk)
    record(
        OPENED_BY_STAFF,
        actor=actor_of(request),
        at=clock.now(),
        subject_id=subject_request.subject_id,
        target=subject_request,
        is_demo=subject_request.is_demo,
    )
    file = case_file(subject_request, clock.now())
    return show(
        request,
        "case.html",
        f"Request {subject_request.reference}",
        case=file,
        items=[(item, *_answer(item, subject_request.regime or subject_request.home_regime)) for item in file.items],
        decided_unasked=NEVER_ASKS,
        can_refuse=not any(item.decided_at for item in file.items),
        can_send=subject_request.state == State.RECEIVED and all(item.decided_at for item in file.items),
        package=file.package,
        proposals=file.proposals,
        is_over=subject_request.state in REOPENS,
        restriction=file.restriction,
        subject_request=subject_request,
        laws=laws_of_case(subject_request),
        forecast=file.forecast,
        open_questions=file.open_questions,
        is_open=subject_request.state in OPEN,
        thread=file.thread,
        has_new_messages=any(entry.is_new for entry in file.thread),
        received_on=clock.local_date(subject_request.received_at, settings.KEPT_TIME_ZONE),
    )


def _answer(item: RequestItem, regime: str) -> tuple[str, Ground | None]:
    """What was decided about a right, in the words of the letter, and the ground as its law words it."""
    said = outcome_words(item.right, item.outcome) if item.outcome else ""
    return said, ground_in(item.ground, regime) if item.ground else None


@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, pk: Any) -> HttpResponse:
    """Record how legal checked who asks."""
    subject_request = case_or_404(request, pk)
    form = IdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        method = form.cleaned_data["method"]
        if try_it(
            request,
            lambda: planning.record_identity_check(
                subject_request=subject_request, method=method, actor=actor_of(request), now=clock.now()
            ),
            "Recorded. The request can be worked on now.",
        ):
            return back_to(subject_request)
    return show(request, "identity.html", "Who asks?", subject_request=subject_request, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, pk: Any) -> HttpResponse:
    """What an erasure would do; a POST freezes it for the second person."""
    subject_request = case_or_404(request, pk)
    if request.method == "POST":
        try_it(
            request,
            lambda: planning.prepare_erasure(subject_request=subject_request, actor=actor_of(request), now=clock.now()),
            "The plan is frozen. A second person can approve it now.",
        )
        return back_to(subject_request)
    try:
        shown = planning.show_preview(subject_request=subject_request, actor=actor_of(request), now=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
        return back_to(subject_request)
    return show(
        request,
        "preview.html",
        f"What an erasure would do · {subject_request.reference}",
        subject_request=subject_request,
        buckets=buckets(shown.summary()),
        problems=shown.problems,
        has_candidates=any(isinstance(handler, CandidateHolder) for handler, _ in shown.plans),
        rows=shown.rows,
    )


@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, pk: Any) -> HttpResponse:
    """The frozen plan: approve exactly this, or send it back."""
    row = get_object_or_404(ErasurePlan.objects.select_related("subject_request"), pk=pk)
    subject_request = case_or_404(request, row.subject_request_id)
    if request.method == "POST":
        if request.POST.get("decision") == "discard":
            try_it(
                request,
                lambda: planning.discard_plan(plan=row, actor=actor_of(request), now=clock.now()),
                "Sent back. Nothing was touched.",
            )
        elif request.POST.get("typed", "").strip().upper() != subject_request.reference:
            messages.error(request, "Type the reference of the request to approve its erasure.")
            return redirect(request.path)
        else:
            try_it(
                request,
                lambda: approving.approve_plan(
                    plan=row, digest=request.POST.get("digest", ""), actor=actor_of(request), now=clock.now()
                ),
                "Approved. The erasure runs now; this page shows each system's answer.",
            )
        return back_to(subject_request)
    return show(
        request,
        "plan.html",
        f"Approve the erasure of {subject_request.reference}",
        subject_request=subject_request,
        plan=row,
        buckets=read_summary(row),
        rulings=rulings_of(subject_request),
        is_own=request.user.pk in {row.prepared_by, subject_request.filed_by},
        is_alone=not others_than({row.prepared_by, subject_request.filed_by}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, pk: Any) -> HttpResponse:
    """Refuse with a ground and reasons; the letter is part of it."""
    subject_request = case_or_404(request, pk)
    rights = list(subject_request.items.values_list("right", flat=True))
    form = RefusalForm(request.POST or None, regimes=regimes_of(subject_request), rights=rights)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if try_it(
            request,
            lambda: deciding.refuse_subject_request(
                subject_request=subject_request,
                ground=values["ground"],
                reasons=values["reasons"],
                actor=actor_of(request),
                now=clock.now(),
            ),
            "Proposed. A second person reads and approves it; then the letter goes out.",
        ):
            return back_to(subject_request)
    return show(request, "refuse.html", "Refuse this request", subject_request=subject_request, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, pk: Any) -> HttpResponse:
    """Take more time, as the law allows; the letter is part of it."""
    subject_request = case_or_404(request, pk)
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(extending.extend_deadline, **form.cleaned_data, actor=actor_of(request), now=clock.now())
        try_it(request, lambda: act(subject_request=subject_request), "Extended. The letter is on its way.")
        return back_to(subject_request)
    clocks = clocks_in_force(subject_request)
    last = [row for row in every_clock_in_force(subject_request) if row.kind == EXTENSION_NOTICE and not row.met_at]
    shown = {"subject_request": subject_request, "form": form, "clocks": clocks, "last_days": last}
    return show(request, "extend.html", "Take more time", **shown)


@require_http_methods(["POST"])
def supplement(request: HttpRequest, pk: Any) -> HttpResponse:
    """Freeze the rows that were found beyond the approved plan."""
    subject_request = case_or_404(request, pk)
    try_it(
        request,
        lambda: supplementing.prepare_supplement(
            subject_request=subject_request, actor=actor_of(request), now=clock.now()
        ),
        "Frozen. A second person can approve the rest now.",
    )
    return back_to(subject_request)
