"""Controls of the promises that subject requests keep."""

from django.conf import settings

from dsr.models import SubjectRequest
from dsr.states import OPEN
from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, red


def check_in_time() -> ControlAnswer:
    """Every open request has a due date, and none has passed."""
    rows = SubjectRequest.objects.filter(state__in=OPEN, is_demo=False)
    if without := rows.filter(due_on=None).count():
        return red(f"{without} open requests have no due date.")
    late = rows.filter(due_on__lt=clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)).count()
    if late:
        return red(f"{late} open requests are overdue.")
    return green(f"{rows.count()} open requests, each with its due date; none is overdue.")


control(80, code="dsr.answer_in_time", label="Due dates counted, 30 days at most", check=check_in_time)
