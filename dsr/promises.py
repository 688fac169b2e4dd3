"""Controls of the promises that subject requests keep."""

from django.conf import settings

from accounts.selectors import staff_with
from dsr.models import SubjectRequest
from dsr.services.reminding import APPROVERS, WORKERS, may_remind
from dsr.states import OPEN
from privacy.jobs import send_gate
from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, not_configured, red


def check_in_time() -> ControlAnswer:
    """Every open request has a due date, and none has passed."""
    rows = SubjectRequest.objects.filter(state__in=OPEN, is_demo=False)
    if without := rows.filter(due_on=None).count():
        return red(f"{without} open requests have no due date.")
    late = rows.filter(due_on__lt=clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)).count()
    if late:
        return red(f"{late} open requests are overdue.")
    return green(f"{rows.count()} open requests, each with its due date; none is overdue.")


def check_reminders() -> ControlAnswer:
    """Reminders have somebody to go to, and the gate that stops stale ones stands."""
    if not send_gate.is_registered(may_remind):
        return red("The gate that holds back stale reminders is missing.")
    workers, approvers = staff_with("dsr", WORKERS), staff_with("dsr", APPROVERS)
    if not workers or not approvers:
        return not_configured("Nobody may work on requests or approve erasures: give somebody of staff these rights.")
    return green(f"Reminders go to {len(workers)} who work on requests, escalations to {len(approvers)}.")


control(80, code="dsr.answer_in_time", label="Due dates counted, 30 days at most", check=check_in_time)
control(80, code="dsr.reminders", label="Reminders of what is due", check=check_reminders)
