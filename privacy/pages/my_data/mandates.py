"""Which payment processors may charge the person again, and ending such a mandate.

The processor is asked each time: it knows, and nothing of it is stored here. An end is written down as wanted before
the processor is called, and with its answer afterwards, so that none is ever called in silence.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.current import signed_in_user
from accounts.models import User
from accounts.selectors import person_of
from privacy.audit.registry import EventType
from privacy.audit.services import record
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.languages import speaks
from privacy.pages.audit_events import MANDATE_ANSWERED, MANDATE_REVOKED
from privacy.personal_data.contract import Handler, HandlerUnavailable, Mandate, MandateHolder, Person, handlers
from privacy.policy.board import is_on


@dataclass(frozen=True, slots=True)
class Holder:
    """One processor. `is_silent` where it did not answer: that is no "none"."""

    key: str
    label: str
    mandates: Sequence[Mandate]
    is_silent: bool


def holders() -> list[tuple[Handler, MandateHolder]]:
    """The connected systems that may charge people again."""
    return [(each, each) for each in handlers.all() if isinstance(each, MandateHolder)]


def mandates_of(person: Person) -> list[Holder]:
    """What each of them holds for the person. Asks every one."""
    found = []
    for handler, holder in holders():
        try:
            found.append(Holder(handler.key, handler.label, holder.mandates(person), is_silent=False))
        except HandlerUnavailable:
            found.append(Holder(handler.key, handler.label, (), is_silent=True))
    return found


def revoke_mandate(*, user: User, system: str, mandate: str, now: dt.datetime) -> str:
    """End a mandate; the processor's answer in a word, or `silent`. KeyError for a system that holds none."""
    holder = {handler.key: holder for handler, holder in holders()}[system]
    actor = Actor.subject(user.subject_id, via="account")
    _note(MANDATE_REVOKED, user, actor, now, system=system)
    try:
        answer = holder.revoke(person_of(user.subject_id), mandate) if is_on("pages.mandates_end") else "silent"
    except HandlerUnavailable:
        answer = "silent"
    _note(MANDATE_ANSWERED, user, actor, now, system=system, answer=answer)
    return answer


@transaction.atomic
def _note(event: EventType, user: User, actor: Actor, now: dt.datetime, **payload: Any) -> None:
    record(event, actor=actor, at=now, subject_id=user.subject_id, is_demo=user.is_demo, **payload)


@speaks
@never_cache
@login_required
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def payments(request: HttpRequest) -> HttpResponse:
    """The mandates of the person who is signed in; a POST ends one."""
    user = signed_in_user(request)
    if request.method != "POST":
        return render(request, "pages/payments.html", {"holders": mandates_of(person_of(user.subject_id))})
    system, mandate = request.POST.get("system", ""), request.POST.get("mandate", "")[:200]
    try:
        answer = revoke_mandate(user=user, system=system, mandate=mandate, now=clock.now())
    except KeyError:
        raise Http404 from None
    words = {
        "ended": (messages.SUCCESS, _("Ended. The processor has confirmed it.")),
        "not_held": (messages.INFO, _("The processor holds no such mandate any more.")),
    }
    level, text = words.get(
        answer, (messages.ERROR, _("The processor did not answer, so the mandate may still stand. Try again later."))
    )
    messages.add_message(request, level, text)
    return redirect("my_data_payments")
