"""The console page of what was found in the package of a case: mask it, or let it stay with two people's word."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dsr.console_pages import actor_of, back_to, case_or_404, show, try_it
from dsr.evidence.package import export_case_evidence
from dsr.models import SubjectRequest
from dsr.services.answering import build_again
from dsr.services.package_findings import agree_that_it_stays, is_alone
from dsr.services.releasing import package_of
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.personal_data.leaks import services
from privacy.personal_data.leaks.models import FindingState, LeakFinding
from privacy.personal_data.models import PreparedPackage
from privacy.personal_data.prepared import reissue_package

SHOWN = 500


@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def findings(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What must not leave with the package, by place. Nothing of it is shown whole."""
    subject_request = case_or_404(request, pk)
    package = package_of(subject_request.pk)
    if request.method == "POST":
        if package:
            _act(request, subject_request, package)
        if package and request.POST.get("act") == "build":
            try_it(
                request,
                lambda: build_again(subject_request=subject_request, actor=actor_of(request), now=clock.now()),
                "Every system is asked again; what was masked is left out.",
            )
        return redirect(reverse("console:dsr_findings", args=[subject_request.pk]))
    rows = list(package.findings.order_by("state", "place", "row", "column")[:SHOWN]) if package else []
    return show(
        request,
        "package_findings.html",
        f"What must not leave · {subject_request.reference}",
        subject_request=subject_request,
        package=package,
        rows=rows,
        open_rows=[row for row in rows if row.state == FindingState.OPEN],
        must_build=any(row.state == FindingState.TO_MASK for row in rows),
        me=request.user.pk,
        is_alone=any(row.state == FindingState.PROPOSED for row in rows) and is_alone(request.user.pk),
    )


def _act(request: HttpRequest, subject_request: SubjectRequest, package: PreparedPackage) -> None:
    actor, now, act = actor_of(request), clock.now(), request.POST.get("act")
    if act == "mask_all":
        keys = list(package.findings.filter(state=FindingState.OPEN).values_list("pk", flat=True))
        try_it(
            request, lambda: services.mask(findings=keys, package=package, actor=actor, now=now), "They will be masked."
        )
    if act not in {"mask", "keep", "agree"}:
        return
    row = get_object_or_404(LeakFinding, pk=_key(request), package=package)
    match act:
        case "mask":
            try_it(
                request,
                lambda: services.mask(findings=[row.pk], package=package, actor=actor, now=now),
                "It will be masked when the package is built again.",
            )
        case "keep":
            reason = request.POST.get("reason", "")
            try_it(
                request,
                lambda: services.propose_to_keep(finding=row, reason=reason, actor=actor, now=now),
                "Noted. It stays once a second person agrees.",
            )
        case "agree":
            try_it(
                request,
                lambda: agree_that_it_stays(subject_request=subject_request, finding=row, actor=actor, now=now),
                "Agreed: it stays.",
            )


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("finding", ""))
    except ValueError:
        return uuid.UUID(int=0)


@recently_authenticated
@never_cache
@require_POST
def evidence(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The evidence of the case as a file. It holds letters, which name the person: handing it out is an act."""
    subject_request = case_or_404(request, pk)
    try:
        file = export_case_evidence(subject_request=subject_request, actor=actor_of(request), now=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
        return back_to(subject_request)
    return FileResponse(
        file, as_attachment=True, filename=f"{subject_request.reference}-evidence.zip", content_type="application/zip"
    )


@recently_authenticated
@require_POST
def reissue(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let the person fetch a released package again."""
    subject_request = case_or_404(request, pk)
    if package := package_of(subject_request.pk):
        try_it(
            request,
            lambda: reissue_package(package=package, actor=actor_of(request), now=clock.now()),
            "It can be downloaded again for thirty days.",
        )
    return back_to(subject_request)


def package_urls(wrap: Callable[[Any], Any]) -> list[URLPattern]:
    """The addresses of these pages; `wrap` is the console's own check of who may come in."""
    return [
        path("<uuid:pk>/package/findings/", wrap(findings), name="dsr_findings"),
        path("<uuid:pk>/package/reissue/", wrap(reissue), name="dsr_reissue"),
        path("<uuid:pk>/evidence/", wrap(evidence), name="dsr_evidence"),
    ]
