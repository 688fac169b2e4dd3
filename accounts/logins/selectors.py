"""Reads of the login history. Which sessions are alive is asked of the sessions themselves."""

import datetime as dt
import hmac
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext

from accounts.logins.rules import split_agent
from accounts.models import EndReason, LoginEvent, User
from privacy.kernel.errors import NotFound

LOGIN_KEY = "kept_login"  # under which a session knows the id of its login
PAGE = 25


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that still signs somebody in."""

    session: UserSession
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One login as its person reads it."""

    login: LoginEvent
    ended_at: dt.datetime | None
    end_reason: str
    last_seen_at: dt.datetime | None = None
    is_current: bool = False

    @property
    def is_ongoing(self) -> bool:
        return not self.end_reason

    @property
    def reason_text(self) -> str:
        return gettext(EndReason(self.end_reason).label) if self.end_reason else ""

    @property
    def device(self) -> str:
        """ "Firefox on Windows" in the reader's language; empty where nothing is known."""
        return agent_words(self.login.agent)


def agent_words(agent: str) -> str:
    """A summary of a browser in the reader's language."""
    browser, system = split_agent(agent)
    name = gettext(browser) if browser else ""
    return gettext("%(browser)s on %(system)s") % {"browser": name, "system": system} if system else name


def live_sessions(*, subject_ids: Collection[uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, LiveSession]:
    """The living sessions of these people by the id of their login, in two queries.

    A session is alive while its row stands, has not expired, and fits the password of an active user.
    """
    rows = UserSession.objects.filter(user__subject_id__in=subject_ids, user__is_active=True).select_related("user")
    by_key = {row.session_key: row for row in rows}
    alive: dict[uuid.UUID, LiveSession] = {}
    for stored in Session.objects.filter(session_key__in=list(by_key), expire_date__gt=now):
        data = stored.get_decoded()
        row = by_key[stored.session_key]
        if LOGIN_KEY in data and _fits_password(data, row.user):
            alive[uuid.UUID(data[LOGIN_KEY])] = LiveSession(row, stored.expire_date)
    return alive


def _fits_password(data: dict[str, Any], user: User) -> bool:
    known = str(data.get(HASH_SESSION_KEY, ""))
    return any(
        hmac.compare_digest(known, one)
        for one in (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    )


def end_of(login: LoginEvent, now: dt.datetime) -> tuple[dt.datetime, EndReason]:
    """When and why a login ended whose session is no longer alive and that nobody noted an end for."""
    if login.expires_at <= now:
        return login.expires_at, EndReason.EXPIRED
    return now, EndReason.UNKNOWN


def login_page(
    *, user: User, now: dt.datetime, current: str = "", after: uuid.UUID | None = None
) -> tuple[list[Line], uuid.UUID | None]:
    """One page of a person's own logins, the newest first, and the id to go on from, if there is more.

    Raises NotFound where `after` is not a login of theirs.
    """
    rows = LoginEvent.objects.filter(subject_id=user.subject_id)
    if after is not None:
        last = rows.filter(pk=after).first()
        if last is None:
            raise NotFound("There is no such login.")
        rows = rows.filter(Q(logged_in_at__lt=last.logged_in_at) | Q(logged_in_at=last.logged_in_at, id__lt=last.pk))
    page = list(rows.order_by("-logged_in_at", "-id")[: PAGE + 1])
    more = page[PAGE - 1].pk if len(page) > PAGE else None
    alive = live_sessions(subject_ids=[user.subject_id], now=now)
    return [_line(login, alive, now, current) for login in page[:PAGE]], more


def _line(login: LoginEvent, alive: dict[uuid.UUID, LiveSession], now: dt.datetime, current: str) -> Line:
    if login.end_reason:
        return Line(login, login.logged_out_at, login.end_reason)
    if live := alive.get(login.pk):
        return Line(login, None, "", live.session.last_seen_at, str(login.pk) == current)
    return Line(login, *end_of(login, now))
