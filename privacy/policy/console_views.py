"""Pages of the policy in the console: a version with its parts, publishing, the promise board.

Reading versions needs a right to work for legal; every change is a POST and needs the right to publish.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.policy.board_readings import ask_board, read_board
from privacy.policy.catalog import promises
from privacy.policy.console_pages import PUBLISH, changes_since, may_look, show, version_or_404, version_to_change
from privacy.policy.page import page_of
from privacy.policy.proofs import read_results
from privacy.policy.report import report_on
from privacy.policy.selectors import document_of, shown_figures
from privacy.policy.services import discard_draft, publish_policy, switch_figure
from privacy.policy.standing import PromiseState, count_states, general_doubt, promise_lines


@require_safe
def version_page(request: HttpRequest, pk: str) -> HttpResponse:
    """One version with all of its parts, and what it changes."""
    if not may_look(request):
        raise PermissionDenied
    version = version_or_404(pk)
    return show(
        request,
        "version.html",
        str(version),
        version=version,
        page=page_of(document_of(version), {}, with_warnings=True),
        may_publish=request.user.has_perm(PUBLISH),
        is_reviewed=version.reviewed_digest == version.digest,
        report=None if version.is_published else report_on(version, document_of(version)),
        **changes_since(version),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def publish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Publish a draft: the page says what changes and from when; a POST does it, for good."""
    version = version_to_change(request, pk)
    if request.method != "POST" and not version.is_published:
        title = f"Publish the policy of {version.effective_on}?"
        page = page_of(document_of(version), {}, with_warnings=True)
        report = report_on(version, document_of(version))
        is_reviewed = version.reviewed_digest == version.digest
        context: dict[str, Any] = {"version": version, "page": page, "report": report, "is_reviewed": is_reviewed}
        return show(request, "publish.html", title, **context, **changes_since(version))
    if request.method == "POST":

        def act() -> None:
            publish_policy(version=version, actor=staff_actor(request), now=clock.now())

        _try(request, act, f"The policy of {version.effective_on} is published. It never changes again.")
    return redirect("console:policy_policyversion_change", version.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def discard(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete a draft with its parts, after a page that asks."""
    version = version_to_change(request, pk)
    if request.method == "POST":

        def act() -> None:
            discard_draft(version=version, actor=staff_actor(request), now=clock.now())

        _try(request, act, "The draft is gone. The file that it came from can be loaded again.")
        return redirect("console:policy_policyversion_changelist")
    return show(request, "discard.html", f"Discard the draft of {version.effective_on}?", version=version)


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The 102 promises with their states, controls, evidence and tests, as the controls said when last asked.

    For all of the console: the dashboard shows everybody the counts, and the evidence names nobody.
    """
    results = read_results()
    reading = read_board()
    lines = promise_lines(results=results, ask=reading.ask)
    counts = count_states(lines)
    wanted = request.GET.get("state", "")
    if wanted in set(PromiseState):
        lines = [line for line in lines if line.state == wanted]
    states = [(state, count, urlencode({"state": state})) for state, count in counts.items()]
    return show(
        request,
        "board.html",
        "Promise board",
        lines=lines,
        states=states,
        wanted=wanted,
        total=len(promises()),
        results=results,
        doubt=general_doubt(results),
        asked_at=reading.asked_at,
        shown=shown_figures(),
        may_publish=request.user.has_perm(PUBLISH),
    )


@require_POST
def ask_again(request: HttpRequest) -> HttpResponse:
    """Ask every live control now."""
    if not request.user.is_staff:
        raise PermissionDenied
    ask_board(now=clock.now())
    messages.success(request, "Every control was asked.")
    return redirect("console:policy_promises")


@require_POST
def figure(request: HttpRequest, number: int) -> HttpResponse:
    """Show or hide the live figure of one promise on the public page."""
    if not request.user.has_perm(PUBLISH):
        raise PermissionDenied
    is_shown = request.POST.get("shown") == "yes"

    def act() -> None:
        switch_figure(number=number, is_shown=is_shown, actor=staff_actor(request), now=clock.now())

    where = "is on the policy page now." if is_shown else "is not on the policy page any more."
    _try(request, act, f"The live figure of S{number} {where}")
    state = request.POST.get("state", "")
    query = f"?{urlencode({'state': state})}" if state in set(PromiseState) else ""
    return redirect(f"{reverse('console:policy_promises')}{query}#s{number}")


def _try(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    try:
        act()
    except DomainError as error:
        messages.error(request, error.message.partition("\n")[0])
    else:
        messages.success(request, done)
