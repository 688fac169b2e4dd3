"""The public policy: the version in force, and every version by its date. Open to everybody."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from privacy.kernel.errors import NotFound
from privacy.kernel.languages import speaks
from privacy.policy.board import is_on
from privacy.policy.comparing import by_section, differences
from privacy.policy.figures import live_figures
from privacy.policy.models import PolicyVersion
from privacy.policy.page import page_of
from privacy.policy.selectors import current_version, document_of, shown_figures, today, version_of, versions


@speaks
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """The version in force today; a friendly page where there is none."""
    try:
        version = current_version()
    except NotFound:
        return render(request, "policy/none.html", {"versions": versions()})
    return _show(request, version, in_force=version)


@speaks
@require_safe
def policy_of(request: HttpRequest, day: str) -> HttpResponse:
    """One version by its date. Staff may look at a draft, everybody else at what was published."""
    try:
        version = version_of(dt.date.fromisoformat(day), with_drafts=request.user.is_staff)
    except (ValueError, NotFound):
        raise Http404("There is no version of this date.") from None
    try:
        in_force = current_version()
    except NotFound:
        in_force = None
    return _show(request, version, in_force=in_force)


def _show(request: HttpRequest, version: PolicyVersion, *, in_force: PolicyVersion | None) -> HttpResponse:
    is_current = in_force is not None and version.pk == in_force.pk
    is_staff = request.user.is_staff
    listed = versions(with_drafts=is_staff)
    figures = live_figures(shown_figures()) if is_current else {}
    context = {
        "version": version,
        "page": page_of(document_of(version), figures, with_warnings=is_staff),
        "versions": listed,
        "in_force": in_force,
        "is_current": is_current,
        "is_future": version.effective_on > today(),
        "is_staff": is_staff,
        "is_dated": is_on("policy.dated_versions"),
        **_changes(version, listed),
    }
    return render(request, "policy/policy.html", context)


def _changes(version: PolicyVersion, listed: list[PolicyVersion]) -> dict[str, Any]:
    """The version before this one and what changed since, by section; nothing for the first.

    The text of the version before is read here; `listed` come without theirs.
    """
    earlier = (each for each in listed if each.is_published and each.effective_on < version.effective_on)
    before = next(earlier, None)  # the newest stand first
    if before is None or not is_on("policy.public_versions"):
        return {"before": None, "changes": {}}
    return {"before": before, "changes": by_section(differences(document_of(before), document_of(version)))}
