"""Note logins and how they end. Every end is a compare-and-set: the first reason stays."""

import datetime as dt
import uuid
from collections.abc import Iterable

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from accounts.audit_events import SESSION_REVOKED
from accounts.logins.rules import clean_address, summarize_agent
from accounts.logins.selectors import LOGIN_KEY, end_of, live_sessions
from accounts.models import EndReason, FailedLogins, LoginEvent, User
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.policy.board import is_on

PAGE = 500
SETTLE = dt.timedelta(minutes=5)  # a login this young may not have its session row yet


def note_login(*, user: User, ip: str, agent: str, expires_at: dt.datetime, now: dt.datetime) -> LoginEvent | None:
    """Write a login down; None where the history is switched off."""
    if not is_on("accounts.login_history"):
        return None
    return LoginEvent.objects.create(
        subject_id=user.subject_id,
        ip=clean_address(ip),
        agent=summarize_agent(agent),
        logged_in_at=now,
        expires_at=expires_at,
        is_demo=user.is_demo,
    )


def end_login(*, login_id: uuid.UUID, reason: EndReason, now: dt.datetime) -> bool:
    """End one login; False where it was ended before."""
    ongoing = LoginEvent.objects.filter(pk=login_id, end_reason="")
    return bool(ongoing.update(logged_out_at=now, end_reason=reason))


def end_logins(*, subject_id: uuid.UUID, reason: EndReason, now: dt.datetime) -> int:
    """End every ongoing login of a person; how many there were."""
    ongoing = LoginEvent.objects.filter(subject_id=subject_id, end_reason="")
    return ongoing.update(logged_out_at=now, end_reason=reason)


@transaction.atomic
def revoke_logins(*, sessions: Iterable[UserSession], now: dt.datetime) -> None:
    """Note that a person ended these sessions from a list of them. The caller ends the sessions."""
    for session in sessions:
        stored = Session.objects.filter(session_key=session.session_key).first()
        login_id = stored.get_decoded().get(LOGIN_KEY) if stored else None
        subject_id = session.user.subject_id
        if login_id and end_login(login_id=uuid.UUID(login_id), reason=EndReason.REVOKED, now=now):
            record(
                SESSION_REVOKED,
                actor=Actor.subject(subject_id, via="account"),
                at=now,
                subject_id=subject_id,
                target=("accounts.LoginEvent", uuid.UUID(login_id)),
                is_demo=session.user.is_demo,
            )


def close_ended_logins(*, now: dt.datetime) -> int:
    """Give an end to every login whose session is gone; how many there were. Runs as a periodic job.

    Sessions that were prolonged get their new end noted instead.
    """
    closed, last = 0, uuid.UUID(int=0)
    while True:
        ongoing = LoginEvent.objects.filter(end_reason="", logged_in_at__lt=now - SETTLE, id__gt=last)
        page = list(ongoing.order_by("id")[:PAGE])
        if not page:
            return closed
        last = page[-1].pk
        alive = live_sessions(subject_ids={login.subject_id for login in page}, now=now)
        for login in page:
            if live := alive.get(login.pk):
                if live.expires_at != login.expires_at:
                    LoginEvent.objects.filter(pk=login.pk, end_reason="").update(expires_at=live.expires_at)
                continue
            at, reason = end_of(login, now)
            closed += end_login(login_id=login.pk, reason=reason, now=at)


def count_failed_login(*, now: dt.datetime) -> None:
    """One more failed login in this hour. Nothing says whose or from where."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    if not FailedLogins.objects.filter(pk=hour).update(count=F("count") + 1):
        FailedLogins.objects.bulk_create([FailedLogins(hour=hour, count=0)], ignore_conflicts=True)
        FailedLogins.objects.filter(pk=hour).update(count=F("count") + 1)
