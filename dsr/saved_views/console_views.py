"""The console pages of views: save, open, rename, delete with undo, and how the queue opens."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.saved_views import services
from dsr.saved_views.forms import SaveForm, ViewForm
from dsr.saved_views.models import SavedView
from dsr.saved_views.reading import SHOW, Known, in_words, known_of, read, resolve, without_search
from dsr.saved_views.rules import Query, query_of
from dsr.saved_views.selectors import SHARE, WORK, may_change, view_of, views_and_choice
from privacy.console.decorators import staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, NotFound

UNDO = "saved_views.gone"  # in the session
UNDO_FOR = dt.timedelta(hours=1)
LIST = "console:dsr_subjectrequest_changelist"


def _user(request: HttpRequest) -> User:
    """Whoever works on requests."""
    if not isinstance(request.user, User) or not request.user.has_perm(WORK):
        raise PermissionDenied
    return request.user


def _known(request: HttpRequest) -> Known:
    return known_of(console.get_model_admin(SubjectRequest), request)


def _gone(request: HttpRequest) -> dict[str, Any] | None:
    """What this session deleted within the hour."""
    found: dict[str, Any] | None = request.session.get(UNDO)
    deleted_at = parse_datetime(found["at"]) if found else None
    return found if deleted_at and clock.now() - deleted_at < UNDO_FOR else None


def row_of(request: HttpRequest, admin: Any) -> dict[str, Any]:
    """The row above the list: every view that this person sees, which of them is shown now, and the form to save.
    One question to the database, however many views there are."""
    user = _user(request)
    known, (views, choice) = known_of(admin, request), views_and_choice(user)
    try:
        now_shown: Query | None = read(request.GET.urlencode(), known)
    except DomainError:
        now_shown = None  # a search or a filter that no view keeps
    chips = []
    for view in views:
        is_now = now_shown is not None and query_of(view.query) == now_shown
        words = in_words(query_of(view.query), known)
        chips.append({"view": view, "is_now": is_now, "is_start": view.pk == choice.start_view, "words": words})
    return {
        "chips": chips,
        "is_plain": now_shown is not None and now_shown == read("", known),
        "form": SaveForm(initial={"query": request.GET.urlencode()}, may_share=user.has_perm(SHARE), auto_id="view_%s"),
        "gone": _gone(request),
        "choice": choice,
    }


def start_address(request: HttpRequest, row: dict[str, Any], admin: Any) -> str:
    """With what the queue opens for this person; empty where with everything open."""
    view = next((chip["view"] for chip in row["chips"] if chip["is_start"]), None)
    return _address(request, view, known_of(admin, request)) if view else ""


def _address(request: HttpRequest, view: SavedView, known: Known) -> str:
    found = resolve(query_of(view.query), known)
    if found.gone:
        words = ", ".join(found.gone)
        messages.warning(
            request, f"“{view.name}” asks for what the list does not have any more: {words}. The rest of it is shown."
        )
    return reverse(LIST) + found.address


@require_GET
def open_view(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Go to the list as the view shows it."""
    try:
        view = view_of(user=_user(request), pk=pk)
    except NotFound as error:
        messages.error(request, error.message)
        return redirect(f"{reverse(LIST)}?{SHOW}=open")
    return redirect(_address(request, view, _known(request)))


@require_http_methods(["GET", "HEAD"])
def index(request: HttpRequest) -> HttpResponse:
    """All views, what each shows, and what can be done with it."""
    user, known = _user(request), _known(request)
    views, choice = views_and_choice(user)
    rows = []
    for view in views:
        found = resolve(query_of(view.query), known)
        row = {"view": view, "words": in_words(query_of(view.query), known), "gone": found.gone}
        row |= {"may_change": may_change(user=user, view=view), "is_start": view.pk == choice.start_view}
        rows.append(row)
    return _show(request, "list.html", "Views of the queue", rows=rows, choice=choice, gone=_gone(request))


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows; with an error the same form again, on a page of its own."""
    user = _user(request)
    form = SaveForm(request.POST, may_share=user.has_perm(SHARE))
    if form.is_valid():
        data = form.cleaned_data
        try:
            view = services.save_view(
                user=user,
                name=data["name"],
                query=read(data["query"], _known(request)),
                is_shared=data.get("is_shared", False),
                is_start=data["is_start"],
                actor=staff_actor(request),
                now=clock.now(),
            )
        except DomainError as error:
            _say(form, error)
            form.data = {**request.POST.dict(), "query": without_search(data["query"])}
        else:
            messages.success(request, f"“{view.name}” is saved.")
            return redirect("console:saved_view_open", view.pk)
    return _show(request, "form.html", "Save this view", status=400, form=form, button="Save")


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Rename a view; share it or not."""
    user = _user(request)
    view = _view_or_404(user, pk)
    if not may_change(user=user, view=view):
        raise PermissionDenied
    may_share = user.has_perm(SHARE)
    form = ViewForm(request.POST or None, initial={"name": view.name, "is_shared": view.is_shared}, may_share=may_share)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        is_shared = data.get("is_shared", view.is_shared)
        given = {"name": data["name"], "is_shared": is_shared, "actor": staff_actor(request), "now": clock.now()}
        try:
            view = services.change_view(user=user, pk=pk, **given)
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, f"“{view.name}” is changed.")
            return redirect("console:saved_views")
    return _show(request, "form.html", "Change a view", form=form, button="Save the change")


@require_POST
def delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete at once; for an hour this session can undo it."""
    user = _user(request)
    view = _view_or_404(user, pk)
    try:
        gone = services.delete_view(user=user, pk=pk, actor=staff_actor(request), now=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        request.session[UNDO] = {**gone, "at": clock.now().isoformat()}
        messages.success(request, f"“{view.name}” is deleted.")
    return redirect("console:saved_views")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Bring back what this session deleted last."""
    user, gone = _user(request), _gone(request)
    if gone is None:
        messages.error(request, "There is nothing to bring back any more.")
        return redirect("console:saved_views")
    try:
        view = services.bring_back(user=user, gone=gone, actor=staff_actor(request), now=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        del request.session[UNDO]
        messages.success(request, f"“{view.name}” is back.")
    return redirect("console:saved_views")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """With which view the queue opens (`start`: an id, or nothing for none), and whether letters are keys (`keys`)."""
    user = _user(request)
    given: dict[str, Any] = {}
    if "start" in request.POST:
        try:
            given["start_view"] = uuid.UUID(request.POST["start"]) if request.POST["start"] else None
        except ValueError:
            raise Http404 from None
        given["is_plain"] = given["start_view"] is None
    if request.POST.get("keys") in {"on", "off"}:
        given["has_keys"] = request.POST["keys"] == "on"
    try:
        services.choose(user=user, actor=staff_actor(request), now=clock.now(), **given)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Chosen.")
    return redirect("console:saved_views")


def _say(form: Form, error: DomainError) -> None:
    """At its field, or above the form where the field is not seen."""
    seen = error.field in form.fields and not form.fields[error.field].widget.is_hidden
    form.add_error(error.field if seen else None, error.message)


def _view_or_404(user: User, pk: uuid.UUID) -> SavedView:
    try:
        return view_of(user=user, pk=pk)
    except NotFound:
        raise Http404 from None


def _show(request: HttpRequest, template: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
    shown = {**console.each_context(request), "title": title, **context}
    return render(request, f"saved_views/{template}", shown, status=status)


def saved_view_urls(wrap: Any) -> list[URLPattern]:
    """Pages below the queue."""
    return [
        path("views/", wrap(index), name="saved_views"),
        path("views/save/", wrap(save), name="saved_view_save"),
        path("views/undo/", wrap(undo), name="saved_view_undo"),
        path("views/choose/", wrap(choose), name="queue_choose"),
        path("views/<uuid:pk>/", wrap(open_view), name="saved_view_open"),
        path("views/<uuid:pk>/change/", wrap(change), name="saved_view_change"),
        path("views/<uuid:pk>/delete/", wrap(delete), name="saved_view_delete"),
    ]
