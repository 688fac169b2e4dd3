"""The pages of people who answer: staff in the console, others by a mailed link.

Who opens a question is written down. By a link nothing about the person is shown before a button is pressed: programs
that look through mail follow links.
"""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.limits import is_over_limit
from privacy.audit.services import record
from privacy.connectors.desks.answering import answer_question, require_other_eyes
from privacy.connectors.desks.asking import USE, answers_for
from privacy.connectors.desks.audit_events import OPENED
from privacy.connectors.desks.forms import AnswerForm
from privacy.connectors.desks.kind import DeskSpec, parse, staff_of
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.vocabulary import QuestionState
from privacy.connectors.models import ConnectedSystem, SystemState
from privacy.connectors.sources import connection_of
from privacy.console.decorators import staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import DomainError, NotAllowed, NotFound
from privacy.kernel.languages import speaks
from privacy.kernel.tokens import open_token
from privacy.kernel.uploading import InMemory

RIGHT = "connectors.manage_systems"
LINK = "desk-link"


def spec_of(question: DeskQuestion) -> DeskSpec:
    """How its desk is asked today. Http404 where it is not connected any more."""
    row = get_object_or_404(ConnectedSystem, key=question.desk, kind="desk", state=SystemState.CONNECTED)
    return parse(connection_of(row))


# --- staff -----------------------------------------------------------------------------------------
@csrf_exempt  # the token is checked below, once the handler that keeps files in memory stands ready
@never_cache
def question(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """One question, for those who answer it. Others do not get as far as sending a file."""
    if not console.has_permission(request):
        return console.login(request)
    row = get_object_or_404(DeskQuestion.objects.select_related("parent"), pk=pk)
    spec = spec_of(row)
    if request.user.pk not in {user.pk for user in staff_of(answers_for(spec, row))}:
        raise PermissionDenied
    request.upload_handlers = [InMemory(request)]
    return _question(request, row, spec)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _question(request: HttpRequest, row: DeskQuestion, spec: DeskSpec) -> HttpResponse:
    actor = staff_actor(request)
    form = AnswerForm(row, spec, request.POST or None, request.FILES or None)
    if request.method == "POST" and _take(form, row, spec, actor):
        messages.success(request, "Thank you. Your answer stands in the case.")
        return redirect("console:desks_mine")
    context = {**console.each_context(request), **_open(row, spec, actor), "title": row.label, "form": form}
    return render(request, "desks/console/question.html", context)


@never_cache
@require_http_methods(["GET", "HEAD"])
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for an answer of the member of staff who looks."""
    rows = DeskQuestion.objects.filter(state=QuestionState.OPEN).select_related("parent")
    specs: dict[str, DeskSpec | None] = {}
    own = []
    for row in rows[:500]:
        if row.desk not in specs:
            try:
                specs[row.desk] = spec_of(row)
            except Http404:
                specs[row.desk] = None
        spec = specs[row.desk]
        if spec and request.user.pk in {user.pk for user in staff_of(answers_for(spec, row))}:
            own.append(row)
    context = {**console.each_context(request), "title": "Questions to you", "rows": own}
    return render(request, "desks/console/mine.html", context)


# --- by a mailed link ------------------------------------------------------------------------------
@speaks
@csrf_exempt  # as above
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """One question, for somebody outside the house. The link is good while the question is open."""
    if request.method == "POST" and is_over_limit(request, LINK):
        return render(request, "kept/too_many.html", status=429)
    try:
        pk = open_token(USE, token).get("question", "")
        row = DeskQuestion.objects.select_related("parent").filter(pk=uuid.UUID(str(pk))).first()
    except (NotFound, ValueError):
        raise Http404 from None
    if row is None:
        raise Http404
    request.upload_handlers = [InMemory(request)]
    return _by_link(request, row, spec_of(row))


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _by_link(request: HttpRequest, row: DeskQuestion, spec: DeskSpec) -> HttpResponse:
    if row.state != QuestionState.OPEN or staff_of(answers_for(spec, row)):
        return render(request, "desks/over.html", status=410)
    if request.method != "POST":
        return render(request, "desks/closed.html", {"row": row})
    actor = Actor(ANONYMOUS.kind, via="desk")
    is_answer = request.POST.get("act") == "answer"
    form = AnswerForm(row, spec, request.POST, request.FILES) if is_answer else AnswerForm(row, spec)
    if is_answer and _take(form, row, spec, actor):
        return render(request, "desks/thanks.html", {"row": row})
    status = 400 if is_answer else 200
    return render(request, "desks/question.html", {**_open(row, spec, actor), "form": form}, status=status)


# --- both ------------------------------------------------------------------------------------------
def _take(form: AnswerForm, row: DeskQuestion, spec: DeskSpec, actor: Actor) -> bool:
    """Whether the answer was taken; what is wrong stands in the form."""
    if not form.is_valid():
        return False
    try:
        answer_question(question=row, spec=spec, given=form.given(), actor=actor, now=clock.now())
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True


def _open(row: DeskQuestion, spec: DeskSpec, actor: Actor) -> dict[str, Any]:
    """What people need to look, and no more. Opening is an act."""
    with transaction.atomic():
        about = {"system": row.desk, "ask": row.ask}
        record(OPENED, actor=actor, at=clock.now(), subject_id=row.subject_id, target=row, is_demo=row.is_demo, **about)
    refused = ""
    try:
        require_other_eyes(row, spec, actor.id)
    except NotAllowed as error:
        refused = error.message
    found = [(line.table, line.found, line.kept) for line in row.parent.lines.all()] if row.parent else []
    return {
        "row": row,
        "note": spec.note,
        "identities": [(gettext(capfirst(kind)), value) for kind, value in json.loads(row.identities or "[]")],
        "found": found,
        "is_open": row.state == QuestionState.OPEN,
        "refused": refused,
    }
