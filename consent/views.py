"""The preferences page, with login and by a mailed link, and unsubscribing."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.limits import is_over_limit
from accounts.selectors import find_subjects
from accounts.services import subject_for_identifier
from consent.links import make_preferences_token, open_preferences_token
from consent.page import history_lines, sections_for
from consent.rules import may_raise
from consent.services import How, decline_all, set_preference, undo_change
from consent.signals.heeding import heed
from consent.signals.page import signal_status
from consent.signals.reading import signals_of
from consent.signals.services import Sent
from consent.vocabulary import Door
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.kernel.identifiers import mask_email, normalize
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on
from privacy.policy.selectors import has_policy, purpose

PAUSE_BETWEEN_LINKS_S = 120  # one link mail to a mailbox in this time, however often it is asked for


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose preferences are open, and through which door. `subject_id` is None for a mailbox we do not know."""

    how: How
    url: str
    subject_id: uuid.UUID | None = None
    email: str = ""

    @property
    def may_raise(self) -> bool:
        return may_raise(self.how.door, link_age=self.how.link_age)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Signed in: the page. Otherwise: ask for a mailed link, or sign in."""
    if not request.user.is_authenticated:
        return render(request, "consent/enter.html")
    how = How(Door.SIGNED_IN, language=request.LANGUAGE_CODE if hasattr(request, "LANGUAGE_CODE") else "en")
    return _page(request, Visitor(how, reverse("preferences"), request.user.subject_id))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences_link(request: HttpRequest, token: str) -> HttpResponse:
    """By a mailed link, without login. A GET shows; only a POST changes."""
    now = clock.now()
    try:
        link = open_preferences_token(token, now)
    except NotFound:
        return render(request, "consent/old_link.html", status=404)
    found = find_subjects("email", link.email)
    how = How(Door.LINK, link_age=link.age)
    return _page(request, Visitor(how, request.path, found[0] if found else None, link.email))


def _page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    if not is_on("consent.preferences_page"):
        raise Http404
    if not has_policy():
        return render(request, "consent/no_policy.html")
    now = clock.now()
    if request.method == "POST":
        return _change(request, visitor, now)
    members = alias_set(visitor.subject_id) if visitor.subject_id else ()
    sections = sections_for(members, language=visitor.how.language, now=now)
    context = {
        "sections": sections,
        "history": history_lines(members, sections, may_raise=visitor.may_raise) if members else [],
        "visitor": visitor,
        "signals": signal_status(members, signals_of(request)),
        "masked": mask_email(visitor.email) if visitor.email else "",
    }
    return render(request, "consent/preferences.html", context)


def _change(request: HttpRequest, visitor: Visitor, now: dt.datetime) -> HttpResponse:
    try:
        done, anchor = _decide(request, visitor, now)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(visitor.url)
    messages.success(request, done)
    return redirect(f"{visitor.url}{anchor}")


def _decide(request: HttpRequest, visitor: Visitor, now: dt.datetime) -> tuple[str, str]:
    """Do what the pressed button says; returns the sentence about it and where the page opens."""
    choice = request.POST.get("choice", "")
    if choice not in {"yes", "no", "none", "undo"}:
        raise InvalidInput("Choose allow or decline.", field="choice")
    if choice == "undo":
        return _undo(request, visitor, now)
    code, channel = request.POST.get("purpose", ""), request.POST.get("channel", "")
    subject_id = visitor.subject_id or _make_subject(visitor, now)
    heed(subject_id, signals_of(request), Sent())  # who comes by a link is known from here on
    actor = Actor.subject(subject_id, via=visitor.how.door.value)
    if choice == "none":
        decline_all(subject_id=subject_id, how=visitor.how, actor=actor, now=now)
        return "Everything that has a switch is declined, from now on.", ""
    set_preference(
        subject_id=subject_id,
        purpose_code=code,
        channel=channel,
        allow=choice == "yes",
        how=visitor.how,
        actor=actor,
        now=now,
    )
    about = f"{purpose(code).label}{f' by {channel}' if channel else ''}"
    return f"{about}: {'allowed' if choice == 'yes' else 'declined'} from now on.", f"#{code}"


def _undo(request: HttpRequest, visitor: Visitor, now: dt.datetime) -> tuple[str, str]:
    try:
        event_id = uuid.UUID(request.POST.get("event", ""))
    except ValueError:
        raise InvalidInput("Choose what to undo in your history.", field="event") from None
    if visitor.subject_id is None:
        raise NotFound("There is no such decision of yours.")
    actor = Actor.subject(visitor.subject_id, via=visitor.how.door.value)
    events = undo_change(subject_id=visitor.subject_id, event_id=event_id, how=visitor.how, actor=actor, now=now)
    return "Undone: it is as it was before.", f"#{events[0].purpose}" if events else ""


def _make_subject(visitor: Visitor, now: dt.datetime) -> uuid.UUID:
    """A mailbox that we did not know decides for the first time: its holder proved it by the link."""
    actor = Actor.subject(uuid.uuid4(), via="link")
    subject = subject_for_identifier(
        kind="email", value=visitor.email, source="preferences", actor=actor, now=now, verified=True
    )
    return subject.pk


@require_POST
def send_link(request: HttpRequest) -> HttpResponse:
    """Mail a link to any mailbox, known or not: one answer, one mail."""
    if is_over_limit(request, "preferences"):
        return render(request, "kept/too_many.html", status=429)
    try:
        email = normalize("email", request.POST.get("email", ""))
    except InvalidInput as error:
        return render(
            request, "consent/enter.html", {"error": error.message, "email": request.POST.get("email", "")}, status=400
        )
    now = clock.now()
    slot = int(now.timestamp()) // PAUSE_BETWEEN_LINKS_S
    queue_mail(
        "consent.link",
        idem_key=f"consent.link:{blind_index('email', email)}:{slot}",
        to=email,
        context={},
        secret={"token": make_preferences_token(email, now)},
        now=now,
    )
    return redirect("preferences_sent")


def sent(request: HttpRequest) -> HttpResponse:
    """The same page for everybody."""
    return render(request, "consent/sent.html")
