"""The page of the signed-in person's own logins."""

import uuid

from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.current import signed_in_user
from accounts.logins.selectors import LOGIN_KEY, live_sessions, login_page
from accounts.models import LoginEvent
from privacy.kernel import clock
from privacy.kernel.errors import NotFound
from privacy.kernel.languages import speaks
from privacy.policy.board import is_on


@speaks
@never_cache
@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Every login with address, device, times and how it ended; the newest first."""
    if not is_on("accounts.login_history"):
        raise Http404
    try:
        after = uuid.UUID(request.GET["after"]) if request.GET.get("after") else None
        lines, more = login_page(
            user=signed_in_user(request),
            now=clock.now(),
            current=request.session.get(LOGIN_KEY, ""),
            after=after,
        )
    except (ValueError, NotFound):
        raise Http404 from None
    return render(request, "accounts/logins.html", {"lines": lines, "more": more, "is_first": after is None})


@speaks
@never_cache
@login_required
@require_POST
def end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End one session of one's own. Ending one that is over already changes nothing."""
    login = LoginEvent.objects.filter(pk=pk, subject_id=signed_in_user(request).subject_id).first()
    if login is None:
        raise Http404
    live = live_sessions(subject_ids=[login.subject_id], now=clock.now()).get(login.pk)
    if live:
        _end(request, [live.session])
        messages.success(request, _("That session is ended."))
    else:
        messages.info(request, _("That session had ended already."))
    return redirect("logins")


@speaks
@never_cache
@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every session of one's own but this one."""
    alive = live_sessions(subject_ids=[signed_in_user(request).subject_id], now=clock.now())
    others = [live.session for live in alive.values() if live.session.session_key != request.session.session_key]
    _end(request, others)
    messages.success(request, _("Every other session is ended.") if others else _("There was no other session."))
    return redirect("logins")


@transaction.atomic
def _end(request: HttpRequest, sessions: list[UserSession]) -> None:
    end_sessions(request, sessions)  # the adapter tells the login history
