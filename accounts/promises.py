"""Controls of the promises that accounts keeps."""

import datetime as dt

from accounts.models import LoginEvent
from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, red

LATE = dt.timedelta(hours=1)


def check_login_history() -> ControlAnswer:
    """No login stays without an end when its session is over."""
    late = LoginEvent.objects.filter(end_reason="", expires_at__lt=clock.now() - LATE).count()
    if late:
        return red(f"{late} logins ended without their end being noted. Is a worker running?")
    logins = LoginEvent.objects.filter(is_demo=False)
    return green(f"{logins.count()} logins in the history, {logins.filter(end_reason='').count()} of them ongoing.")


control(11, code="accounts.login_history", label="Login history", check=check_login_history)
