"""The controls of corrections."""

import datetime as dt

from dsr.corrections.models import Correction, CorrectionResult, ResultState
from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, red

GRACE = dt.timedelta(days=7)


def check_corrections() -> ControlAnswer:
    """No system is silent about a correction for more than a week."""
    rows = CorrectionResult.objects.filter(correction__is_demo=False)
    waiting = rows.filter(state__in=[ResultState.PENDING, ResultState.UNAVAILABLE])
    if late := waiting.filter(correction__created_at__lt=clock.now() - GRACE).count():
        return red(f"{late} systems have not confirmed a correction for a week. The jobs page says why.")
    done = rows.filter(state=ResultState.DONE).count()
    return green(f"{done} systems corrected what was asked; {waiting.count()} are on their way.")


def check_own() -> ControlAnswer:
    """What people entered themselves was answered, or waits for a system."""
    own = Correction.objects.filter(asked_by=None, is_demo=False).count()
    answer = check_corrections()
    return green(f"{own} corrections entered by people themselves.") if answer.state == "green" else answer


control(75, code="dsr.corrections", label="Corrections reach every connected system", check=check_corrections)
control(68, code="dsr.own_corrections", label="People correct their own data", check=check_own)
