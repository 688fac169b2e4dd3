"""Which tables of accounts are emptied by time."""

from accounts.models import LoginEvent
from privacy.personal_data.disposals import disposable

disposable(
    LoginEvent,
    period="login_history",
    column="logged_in_at",
    rows=lambda rows: rows.filter(logged_out_at__isnull=False),
)
