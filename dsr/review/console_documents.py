"""The page of one document: read it, mark what is to be hidden, decide, and look at what leaves."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dsr.review import storing
from dsr.review.audit_events import DOCUMENT_OPENED
from dsr.review.console_views import require_right, show
from dsr.review.forms import REASONS, BoxForm, RangeForm, TermsForm
from dsr.review.models import Mark, ReviewDocument
from dsr.review.selectors import Content, markers_of, must_be_checked, place_of, progress, queue_rows
from dsr.review.services import approving, deciding
from dsr.review.services.noting import note
from dsr.review.suggesting import suggest
from dsr.review.vocabulary import Origin, ReviewState, Ruling
from privacy.console.decorators import staff_actor
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.rendering import paint_pages, render_pages
from privacy.kernel.together import fetch_together

SHOWN_TEXT = 20_000  # characters on one page
SHOWN_SIDE = 1600  # pixels
PICTURE_GOOD_FOR = 600  # seconds: the address of a picture is made by opening its page, which is an act
SALT = "review-page"
VIEWS = ("original", "marked", "result")


@require_http_methods(["GET", "HEAD", "POST"])
def document_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One document. Opening it shows personal data, so it is an act."""
    user = require_right(request)
    row = get_object_or_404(ReviewDocument.objects.select_related("review__subject_request__contact"), pk=pk)
    if request.method == "POST":
        return _act(request, row)
    rows, marked, markers = queue_rows(row.review), row.marks.order_by("page", "top", "left"), markers_of(row.review)
    checks = row.checks.filter(revision=row.revision, checked_by=user)
    fetch_together(rows, marked, markers, checks)
    documents, marks, content = list(rows), list(marked), Content(row)
    try:
        shown = _shown(request, row, content, marks, user)
        proposals = suggest(row.review.subject_request, content) if row.review.state == ReviewState.OPEN else []
    except DomainError as error:  # its files are destroyed
        messages.error(request, error.message)
        shown, proposals = {}, []
    with transaction.atomic():
        note(
            DOCUMENT_OPENED,
            review=row.review,
            actor=staff_actor(request),
            now=clock.now(),
            number=row.number,
            page=_page(request) + 1,
        )
    place = next(at for at, each in enumerate(documents) if each.pk == row.pk)
    later = [*documents[place + 1 :], *documents[:place]]
    return show(
        request,
        "document.html",
        f"Document {row.number} of {len(documents)}",
        document=row,
        review=row.review,
        subject_request=row.review.subject_request,
        progress=progress(documents),
        previous=documents[place - 1] if place else None,
        following=documents[place + 1] if place + 1 < len(documents) else None,
        next_todo=next((each for each in later if each.ruling == Ruling.TODO), None),
        marks=[(mark, place_of(row, mark)) for mark in marks],
        suggestions=proposals,
        terms_form=TermsForm(),
        place_form=RangeForm() if row.is_text else BoxForm(),
        reasons=REASONS,
        is_open=row.review.state == ReviewState.OPEN,
        **_second_look(row, documents, user, markers=markers, is_checked=bool(checks)),
        **shown,
    )


def _second_look(
    row: ReviewDocument, documents: list[ReviewDocument], user: uuid.UUID, *, markers: Iterable[Any], is_checked: bool
) -> dict[str, bool]:
    """Whether a second person has to look at this, may, and has. `markers`: who marked anything."""
    if row.pk not in {each.pk for each in must_be_checked(documents)}:
        return {"must_check": False}
    firsts = {*(each.ruled_by for each in documents if each.ruled_by), *markers}
    is_alone = approving.is_alone(user, firsts)
    return {
        "must_check": True,
        "can_check": row.is_ready and (user not in firsts or is_alone),
        "is_alone": is_alone,
        "is_checked": is_checked,
    }


def _page(request: HttpRequest) -> int:
    given = request.GET.get("page", "1")
    return max(0, int(given) - 1) if given.isdecimal() and len(given) < 6 else 0  # noqa: PLR2004 - five digits


def _shown(
    request: HttpRequest, row: ReviewDocument, content: Content, marks: list[Mark], user: uuid.UUID
) -> dict[str, Any]:
    """What the page shows of the document: a part of its text, or one page as a picture."""
    number = _page(request)
    view = request.GET.get("view", "original")
    view = view if view in VIEWS and (view != "result" or (row.leaves and row.is_ready)) else "original"
    if row.is_text:
        text = storing.whole(row.result, row.result_key).decode() if view == "result" else content.text
        pages = max(1, -(-len(text) // SHOWN_TEXT))
        number = min(number, pages - 1)
        start, end = number * SHOWN_TEXT, (number + 1) * SHOWN_TEXT
        hidden = [] if view == "result" else marks
        return {"parts": list(_parts(text, start, end, hidden)), "number": number + 1, "pages": pages, "view": view}
    number = min(number, max(0, row.pages - 1))
    token = signing.dumps([str(user), str(row.pk), number, view], salt=SALT)
    return {
        "picture": f"{reverse('console:review_picture', args=[row.pk])}?{urlencode({'token': token})}",
        "number": number + 1,
        "pages": row.pages,
        "view": view,
        "words": [(word, "-".join(map(str, box))) for _, word, box in content.words(number)[:800]],
    }


def _parts(text: str, start: int, end: int, marks: list[Mark]) -> Iterator[tuple[str, str]]:
    """A stretch of the text, cut at the marks; each part with the reason why it is hidden, or none."""
    at = start
    for mark in marks:
        left, right = max(at, mark.left), min(end, mark.right)
        if left < right:
            yield text[at:left], ""
            yield text[left:right], mark.get_reason_display()
            at = right
    yield text[at:end], ""


@never_cache
@require_http_methods(["GET", "HEAD"])
def picture(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One page as a picture made anew, for who opened the page of the document just now."""
    user = require_right(request)
    try:
        whose, which, number, view = signing.loads(request.GET.get("token", ""), salt=SALT, max_age=PICTURE_GOOD_FOR)
    except signing.BadSignature:
        raise PermissionDenied from None
    if (whose, which) != (str(user), str(pk)):
        raise PermissionDenied
    row = get_object_or_404(ReviewDocument, pk=pk)
    try:
        kind, body = _picture(row, int(number), view)
    except (DomainError, StopIteration):
        raise Http404 from None
    return HttpResponse(body, content_type=kind)


def _picture(row: ReviewDocument, number: int, view: str) -> tuple[str, bytes]:
    if view == "result":
        data = storing.whole(row.result, row.result_key)
        return "image/png", next(render_pages(data, first=number, count=1, longest=SHOWN_SIDE))
    data = storing.whole(row.file, row.file_key)
    if view == "original":
        return "image/png", next(render_pages(data, first=number, count=1, longest=SHOWN_SIDE))
    boxes = [(each.left, each.top, each.right, each.low) for each in row.marks.filter(page=number)]
    painted = next(iter(paint_pages(data, {number: boxes}, first=number, count=1, longest=SHOWN_SIDE)))
    return "image/jpeg", painted.picture


# --- Acts --------------------------------------------------------------------------------------


def _act(request: HttpRequest, row: ReviewDocument) -> HttpResponse:
    """One act, then on: after a decision to the next document that waits, else back to the same place."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise PermissionDenied
    is_done = False
    try:
        messages.success(request, act(request, row))
        is_done = True
    except DomainError as error:
        messages.error(request, error.message)
    if is_done and act is _rule:
        waiting = row.review.documents.filter(ruling=Ruling.TODO).order_by("number").first()
        if waiting is None:
            return redirect(reverse("console:review_review_change", args=[row.review_id]))
        return redirect(reverse("console:review_document", args=[waiting.pk]))
    page = request.POST.get("page", "1")
    query = urlencode({"page": page if page.isdecimal() else "1", "view": _view(request)})
    return redirect(f"{reverse('console:review_document', args=[row.pk])}?{query}")


def _view(request: HttpRequest) -> str:
    view = request.POST.get("view", "")
    return view if view in VIEWS else "original"


def _revision(request: HttpRequest) -> int:
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 9 else -1  # noqa: PLR2004 - nine digits


def _rule(request: HttpRequest, row: ReviewDocument) -> str:
    deciding.rule(
        document=row,
        revision=_revision(request),
        ruling=request.POST.get("ruling", ""),
        reason=request.POST.get("reason", ""),
        actor=staff_actor(request),
        now=clock.now(),
    )
    return f"Document {row.number} is decided."


def _mark(request: HttpRequest, row: ReviewDocument, places: list[deciding.Place], reason: str, origin: str) -> str:
    added = deciding.mark(
        document=row,
        revision=_revision(request),
        places=places,
        reason=reason,
        origin=origin,
        actor=staff_actor(request),
        now=clock.now(),
    )
    return f"Marked: {added} new place{'' if added == 1 else 's'}."


def _terms(request: HttpRequest, row: ReviewDocument) -> str:
    form = _valid(TermsForm(request.POST))
    places = deciding.places_of_terms(Content(row), form.cleaned_data["terms"])
    return _mark(request, row, places, form.cleaned_data["reason"], Origin.TERM)


def _suggested(request: HttpRequest, row: ReviewDocument) -> str:
    """Take up proposals: names, addresses and numbers, and all that somebody says in a transcript."""
    content = Content(row)
    known = {each.term: each for each in suggest(row.review.subject_request, content)}
    chosen = [known[term] for term in request.POST.getlist("term") if term in known]
    said = [name for name in request.POST.getlist("speaker") if name in known]
    if not chosen and not said:
        raise InvalidInput("Choose at least one of the proposals.", field="term")
    revision, told = _revision(request), 0
    by_reason: dict[str, list[deciding.Place]] = {}
    for each in chosen:
        by_reason.setdefault(each.reason, []).extend(deciding.places_of_terms(content, [each.term]))
    for name in said:
        by_reason.setdefault(known[name].reason, []).extend(deciding.places_of_speaker(content, name))
    with transaction.atomic():
        for reason, places in by_reason.items():
            told += deciding.mark(
                document=row,
                revision=revision,
                places=places,
                reason=reason,
                origin=Origin.SUGGESTION,
                actor=staff_actor(request),
                now=clock.now(),
            )
            revision += 1
    return f"Marked: {told} new place{'' if told == 1 else 's'}."


def _place(request: HttpRequest, row: ReviewDocument) -> str:
    form = _valid(RangeForm(request.POST) if row.is_text else BoxForm(request.POST))
    left, top, right, low = form.box()
    page = 0 if row.is_text else _number(request)
    return _mark(request, row, [(page, left, top, right, low)], form.cleaned_data["reason"], Origin.CHOSEN)


def _words(request: HttpRequest, row: ReviewDocument) -> str:
    places = []
    for given in request.POST.getlist("word"):
        sides = given.split("-")
        if len(sides) == 4 and all(side.isdecimal() and len(side) < 6 for side in sides):  # noqa: PLR2004 - a box
            left, top, right, low = map(int, sides)
            places.append((_number(request), left, top, right, low))
    return _mark(request, row, places, request.POST.get("reason", ""), Origin.CHOSEN)


def _number(request: HttpRequest) -> int:
    page = request.POST.get("page", "1")
    return max(0, int(page) - 1) if page.isdecimal() and len(page) < 6 else 0  # noqa: PLR2004 - five digits


def _unmark(request: HttpRequest, row: ReviewDocument) -> str:
    marks = []
    for given in request.POST.getlist("mark"):
        try:
            marks.append(uuid.UUID(given))
        except ValueError:
            continue
    removed = deciding.unmark(
        document=row, revision=_revision(request), marks=marks, actor=staff_actor(request), now=clock.now()
    )
    return f"{removed} mark{'' if removed == 1 else 's'} taken away."


def _check(request: HttpRequest, row: ReviewDocument) -> str:
    approving.check_document(document=row, revision=_revision(request), actor=staff_actor(request), now=clock.now())
    return f"Noted: you looked at what leaves of document {row.number}."


def _valid(form: Any) -> Any:
    """The form, filled in rightly; else InvalidInput with the first thing that is wrong."""
    if form.is_valid():
        return form
    field, errors = next(iter(form.errors.items()))
    label = form.fields[field].label if field in form.fields else ""
    raise InvalidInput(f"{label}: {errors[0]}".removeprefix(": "), field=field if field != forms.ALL_FIELDS else "")


ACTS: dict[str, Callable[[HttpRequest, ReviewDocument], str]] = {
    "rule": _rule,
    "terms": _terms,
    "suggested": _suggested,
    "place": _place,
    "words": _words,
    "unmark": _unmark,
    "check": _check,
}
