"""Which tables of accounts are emptied by time."""

from allauth.usersessions.models import UserSession

from accounts.models import Identifier, LoginEvent
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.disposals import disposable

disposable(
    LoginEvent,
    period="login_history",
    column="logged_in_at",
    rows=lambda rows: rows.exclude(end_reason=""),
)
disposable(  # what is left of a session that its person never came back to; a living one was seen today
    UserSession,
    code="old_sessions",
    period="login_history",
    column="last_seen_at",
)
disposable(  # a browser's cookie lasts as long; what it chose stays as evidence of nobody
    Identifier,
    code="pseudonyms",
    period="browsing",
    column="created_at",
    rows=lambda rows: rows.filter(kind=IdentifierKind.PSEUDONYM),
)
