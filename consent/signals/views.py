"""The status of the browser's signals, the person's answer to a conflict, and what machines ask about GPC."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.selectors import members_of
from consent.banner.pseudonym import pseudonym_of
from consent.links import open_preferences_token
from consent.page_words import Text, error_words
from consent.regions import region_of
from consent.services import How
from consent.signals.heeding import heed
from consent.signals.page import signal_status
from consent.signals.reading import signals_of
from consent.signals.services import Sent, allow_anyway, keep_opted_out
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.kernel.languages import MAIN, speaks
from privacy.personal_data.selectors import alias_set
from privacy.policy.selectors import current_version, document_of, has_policy
from privacy.policy.texts import texts_of
from privacy.policy.vocabulary import Treatment

GPC_CACHE_S = 3600
ANSWERS: Mapping[str, tuple[Callable[..., object], Text]] = {
    "anyway": (allow_anyway, _("%(purpose)s: allowed from now on, although your browser asks us not to.")),
    "keep": (keep_opted_out, _("%(purpose)s: you stay opted out.")),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at the page. `how` is None for a browser that nobody signed in with: it is shown its state, and answers
    by the banner."""

    url: str
    home: str
    members: tuple[uuid.UUID, ...]
    how: How | None = None


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signals(request: HttpRequest) -> HttpResponse:
    """What this browser sends, what we do about it, and the choices that it contradicts."""
    user = request.user if isinstance(request.user, User) else None
    subject_id = user.subject_id if user else pseudonym_of(request)
    members = alias_set(subject_id) if subject_id else ()
    how = _how(request, Door.SIGNED_IN) if user else None
    return _page(request, Reader(reverse("signals"), reverse("preferences"), members, how))


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signals_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same for who came by a mailed link: what the signals say about the holder of the mailbox."""
    try:
        link = open_preferences_token(token, clock.now())
    except NotFound:
        return render(request, "consent/old_link.html", status=404)
    how = _how(request, Door.LINK, link_age=link.age)
    home = reverse("preferences_link", args=[token])
    return _page(request, Reader(request.path, home, members_of("email", link.email), how))


def _how(request: HttpRequest, door: Door, link_age: dt.timedelta | None = None) -> How:
    mark = request.POST.get("text", "")
    return How(door, link_age, get_language() or MAIN, region=region_of(request), text_mark=mark)


def _page(request: HttpRequest, reader: Reader) -> HttpResponse:
    if not has_policy():
        return render(request, "consent/no_policy.html")
    if request.method == "POST":
        return _answer(request, reader)
    status = signal_status(reader.members, signals_of(request), language=get_language() or MAIN)
    return render(request, "consent/signals.html", {"signals": status, "reader": reader})


def _answer(request: HttpRequest, reader: Reader) -> HttpResponse:
    if reader.how is None:
        return redirect("account_login")
    how, code, choice = reader.how, request.POST.get("purpose", ""), request.POST.get("choice", "")
    try:
        if not reader.members:
            raise NotFound("There is no such decision of yours.", code="not_found")
        if choice not in ANSWERS:
            raise InvalidInput("Choose to stay opted out, or to allow it anyway.", field="choice", code="choice")
        subject_id, now = reader.members[0], clock.now()
        heed(subject_id, signals_of(request), Sent(region=how.region))  # who came by a link acts now, and is known
        answer, done = ANSWERS[choice]
        actor = Actor.subject(subject_id, via=how.door.value)
        answer(subject_id=subject_id, purpose_code=code, how=how, actor=actor, now=now)
    except DomainError as error:
        messages.error(request, str(error_words(error)))
    else:
        label = str(texts_of(current_version(), how.language).purposes[code].label)
        messages.success(request, str(done) % {"purpose": label})
    return redirect(reader.url)


@require_safe
def gpc_support(_request: HttpRequest) -> JsonResponse:
    """The GPC support resource: true exactly where the policy in force honors the signal."""
    try:
        version = current_version()
    except NotFound:
        raise Http404 from None
    is_honored = document_of(version).treatment_of("gpc") == Treatment.HONORED
    answer = JsonResponse({"gpc": is_honored, "lastUpdate": version.effective_on.isoformat()})
    answer["Cache-Control"] = f"public, max-age={GPC_CACHE_S}"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
