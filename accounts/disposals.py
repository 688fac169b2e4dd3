"""Which tables of accounts are emptied by time."""

from allauth.usersessions.models import UserSession

from accounts.models import LoginEvent
from privacy.personal_data.disposals import disposable

disposable(
    LoginEvent,
    period="login_history",
    column="logged_in_at",
    rows=lambda rows: rows.filter(logged_out_at__isnull=False),
)
disposable(  # what is left of a session that its person never came back to; a living one was seen today
    UserSession,
    code="old_sessions",
    period="login_history",
    column="last_seen_at",
)
