"""Pages of consent in the console: decisions, one decision with its record, one person's timeline.

Whoever works on requests may look. Finding a person and opening their timeline stand in the log.
"""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.selectors import find_subjects
from consent.api.state import read_moment
from consent.audit_events import PERSON_SOUGHT, TIMELINE_OPENED
from consent.console.listing import Filter, choices, page_of
from consent.models import ConsentEvent
from consent.overruling import overrulable_purposes
from consent.receipts.record import event_of, full_record
from consent.replay import state_at
from consent.scoped.models import ScopedEvent
from consent.terms import terms_on
from privacy.audit.models import AuditEvent, SealMember
from privacy.audit.services import record as note
from privacy.console.decorators import staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set

LOOK = "dsr.work_subject_request"
OVERRULE = "consent.overrule_objections"
TIMELINE = 200
KINDS = [(kind.value, kind.value.capitalize()) for kind in IdentifierKind]


def show(request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the console."""
    values = {**console.each_context(request), "title": title, **context}
    return render(request, f"consent/console/{template}", values, status=status)


def check_may_look(request: HttpRequest) -> None:
    """PermissionDenied for staff who do not work on requests."""
    if not request.user.has_perm(LOOK):
        raise PermissionDenied


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """The decisions, the newest first, in pages by key."""
    check_may_look(request)
    problem = ""
    try:
        wanted = Filter.read(request.GET)
        page = page_of(wanted, request.GET.get("after", ""))
    except InvalidInput as error:
        problem, wanted = error.message, Filter()
        page = page_of(wanted)
    return show(
        request,
        "events.html",
        "Decisions",
        status=400 if problem else 200,
        problem=problem,
        wanted=wanted,
        page=page,
        older=wanted.query(after=page.older) if page.older else "",
        newest=wanted.query() if request.GET.get("after") else None,
        offered=choices(),
    )


@require_safe
def event(request: HttpRequest, pk: str) -> HttpResponse:
    """One decision with its full record, and where it stands in the sealed log."""
    check_may_look(request)
    try:
        found = event_of(uuid.UUID(pk))
    except ValueError:
        found = None
    if found is None:
        raise Http404
    logged = AuditEvent.objects.filter(evidence_type=found._meta.label, evidence_id=found.pk).first()
    sealed = SealMember.objects.filter(event_id=logged.pk).first() if logged else None
    record = full_record(found)
    return show(request, "event.html", f"Decision about {record.label}", record=record, logged=logged, sealed=sealed)


@require_http_methods(["GET", "HEAD", "POST"])
def find_person(request: HttpRequest) -> HttpResponse:
    """Find somebody by an identifier. It travels in the body of a POST, and stands in no log."""
    check_may_look(request)
    if request.method != "POST":
        return show(request, "find.html", "Find a person", kinds=KINDS)
    kind, value = request.POST.get("kind", ""), request.POST.get("value", "")
    try:
        if kind not in dict(KINDS):
            raise InvalidInput("Choose what kind of identifier it is.", field="kind")
        found = find_subjects(kind, value)
    except InvalidInput as error:
        return show(request, "find.html", "Find a person", kinds=KINDS, problem=error.message, kind=kind, status=400)
    with transaction.atomic():
        root = found[0] if found else None
        note(PERSON_SOUGHT, actor=staff_actor(request), at=clock.now(), subject_id=root, kind=kind, found=len(found))
    if not found:
        messages.warning(request, "Nobody here is known by that.")
        return show(request, "find.html", "Find a person", kinds=KINDS, kind=kind)
    if len(found) > 1:
        messages.warning(request, f"{len(found)} people are known by that. This is the first; the others: see below.")
    return redirect("console:consent_person", found[0])


@require_safe
def person(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What a person decided, the newest first, and the state at a moment."""
    check_may_look(request)
    if not Subject.objects.filter(pk=pk).exists():
        raise Http404
    now = clock.now()
    problem, at = "", now
    try:
        at = _moment(request.GET.get("at", ""), now)
    except InvalidInput as error:
        problem = error.message
    members = alias_set(pk)
    with transaction.atomic():
        note(TIMELINE_OPENED, actor=staff_actor(request), at=now, subject_id=pk)
    rows = ConsentEvent.objects.filter(subject_id__in=members).order_by("-at", "-id")[: TIMELINE + 1]
    single = ScopedEvent.objects.filter(subject_id__in=members).order_by("-at", "-id")[:TIMELINE]
    terms = terms_on(clock.local_date(min(at, now), settings.KEPT_TIME_ZONE))
    states = state_at(members, at, now=now, terms=terms, beside=[rows, single])
    found = list(rows)
    return show(
        request,
        "person.html",
        "What a person decided",
        status=400 if problem else 200,
        problem=problem,
        subject_id=pk,
        members=members,
        at=at,
        is_now=at >= now,
        states=states,
        overrulable=overrulable_purposes(now, terms) if at >= now and request.user.has_perm(OVERRULE) else (),
        events=found[:TIMELINE],
        has_more=len(found) > TIMELINE,
        single=single,
        most=TIMELINE,
    )


def _moment(text: str, now: dt.datetime) -> dt.datetime:
    """A moment as a form sends it, in UTC; also with a zone, as a link may have it."""
    if len(text) == len("2026-01-31T12:00") or (len(text) == len("2026-01-31T12:00:00") and text[-3] == ":"):
        text += "+00:00"
    return read_moment(text.replace(" ", "+"), now)
