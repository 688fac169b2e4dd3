"""The preferences page, with login and by a mailed link, and unsubscribing."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.limits import is_over_limit
from accounts.selectors import members_of
from consent.acts import do
from consent.device_page import device_lines
from consent.history import history_for
from consent.links import open_preferences_token
from consent.page import sheet_for
from consent.page_words import error_words
from consent.services import How
from consent.signals.page import signal_status
from consent.signals.reading import signals_of
from consent.visitors import Visitor, mail_link
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.kernel.identifiers import mask_email, normalize
from privacy.kernel.languages import MAIN, speaks
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on
from privacy.policy.selectors import has_policy


def language_of_page() -> str:
    """The language that this answer is written in: the texts shown and recorded are in it too."""
    return get_language() or MAIN


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Signed in: the page. Otherwise: ask for a mailed link, or sign in."""
    if not request.user.is_authenticated:
        return render(request, "consent/enter.html")
    how = How(Door.SIGNED_IN, language=language_of_page())
    user = request.user
    members = alias_set(user.subject_id)
    visitor = Visitor(
        how, reverse("preferences"), user.subject_id, user.email, signals=signals_of(request), members=members
    )
    return _page(request, visitor)


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences_link(request: HttpRequest, token: str) -> HttpResponse:
    """By a mailed link, without login. A GET shows; only a POST changes."""
    try:
        link = open_preferences_token(token, clock.now())
    except NotFound:
        return render(request, "consent/old_link.html", status=404)
    members = members_of("email", link.email)
    how = How(Door.LINK, link_age=link.age, language=language_of_page())
    first = members[0] if members else None
    visitor = Visitor(how, request.path, first, link.email, token, signals_of(request), members)
    return _page(request, visitor)


def _page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    if not is_on("consent.preferences_page"):
        raise Http404
    now = clock.now()
    if request.method == "POST":
        return _change(request, visitor, now)
    members = visitor.members
    try:
        sheet = sheet_for(members, language=visitor.how.language, now=now)
    except NotFound:
        return render(request, "consent/no_policy.html")
    before = _uuid(request.GET.get("before", ""))
    context = {
        "sheet": sheet,
        "devices": device_lines(members, sheet, now),
        "history": history_for(members, sheet, may_raise=visitor.may_raise, before=before),
        "visitor": visitor,
        "signals": signal_status(members, visitor.signals, sheet.version),
        "masked": mask_email(visitor.email) if visitor.token else "",
    }
    return render(request, "consent/preferences.html", context)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _change(request: HttpRequest, visitor: Visitor, now: dt.datetime) -> HttpResponse:
    if not has_policy():
        return render(request, "consent/no_policy.html")
    try:
        done, anchor = do(request.POST, visitor, now)
    except DomainError as error:
        messages.error(request, str(error_words(error)))
        return redirect(visitor.url)
    messages.success(request, done)
    return redirect(f"{visitor.url}{anchor}")


@speaks
@require_POST
def send_link(request: HttpRequest) -> HttpResponse:
    """Mail a link to any mailbox, known or not: one answer, one mail."""
    if is_over_limit(request, "preferences"):
        return render(request, "kept/too_many.html", status=429)
    try:
        email = normalize("email", request.POST.get("email", ""))
    except InvalidInput as error:
        context = {"error": error_words(error), "email": request.POST.get("email", "")}
        return render(request, "consent/enter.html", context, status=400)
    mail_link(email=email, language=language_of_page(), now=clock.now())
    return redirect("preferences_sent")


@speaks
def sent(request: HttpRequest) -> HttpResponse:
    """The same page for everybody."""
    return render(request, "consent/sent.html")
