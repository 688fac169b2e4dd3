"""Django tells of logins by signals; this is where they enter the history."""

import uuid
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.adapter import client_ip
from accounts.logins.selectors import LOGIN_KEY
from accounts.logins.services import count_failed_login, end_login, note_login
from accounts.models import EndReason, User
from privacy.kernel import clock


@receiver(user_logged_in, dispatch_uid="accounts.note_login")
@transaction.atomic
def on_login(request: HttpRequest, user: User, **_: Any) -> None:
    """A login without its line in the history does not happen: an error here refuses it."""
    now = clock.now()
    if earlier := request.session.get(LOGIN_KEY):
        end_login(login_id=uuid.UUID(earlier), reason=EndReason.REPLACED, now=now)
    login = note_login(
        user=user,
        ip=client_ip(request),
        agent=request.META.get("HTTP_USER_AGENT", ""),
        expires_at=request.session.get_expiry_date(modification=now),
        now=now,
    )
    if login:
        request.session[LOGIN_KEY] = str(login.pk)


@receiver(user_logged_out, dispatch_uid="accounts.note_logout")
def on_logout(request: HttpRequest, **_: Any) -> None:
    """Sent while the session still knows its login."""
    if login_id := request.session.get(LOGIN_KEY):
        end_login(login_id=uuid.UUID(login_id), reason=EndReason.LOGOUT, now=clock.now())


@receiver(user_login_failed, dispatch_uid="accounts.count_failed_login")
def on_failure(**_: Any) -> None:
    """Only that it failed, not for whom."""
    count_failed_login(now=clock.now())
