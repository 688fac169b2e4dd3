"""Controls of the promises that subject requests keep."""

import datetime as dt

from django.conf import settings
from django.db.models import F

from accounts.selectors import staff_with
from dsr.models import ErasurePlan, ReceiptRow, RequestItem, SubjectRequest
from dsr.outcomes import BY_PACKAGE
from dsr.services.reminding import APPROVERS, WORKERS, may_remind
from dsr.states import OPEN, Right, State
from privacy.jobs import send_gate
from privacy.kernel import clock
from privacy.personal_data.models import PreparedPackage, Restriction
from privacy.policy.board import ControlAnswer, control, green, not_configured, red

RECENT_PACKAGES = dt.timedelta(days=365)


def check_written() -> ControlAnswer:
    """What staff filed counts from the day it came, never from a later one."""
    rows = SubjectRequest.objects.exclude(filed_by=None).filter(is_demo=False)
    if wrong := rows.filter(received_at__gt=F("filed_at")).count():
        return red(f"{wrong} requests count from after the day on which they were filed.")
    earlier = rows.filter(received_at__lt=F("filed_at")).count()
    return green(f"{rows.count()} requests filed by staff, {earlier} of them counted from an earlier day.")


def check_identity() -> ControlAnswer:
    """No erasure was approved for somebody whom nobody had identified."""
    approved = ErasurePlan.objects.filter(state="approved", subject_request__is_demo=False)
    if wrong := approved.filter(subject_request__identity_level="V0").count():
        return red(f"{wrong} erasures were approved without knowing who asks.")
    return green(f"{approved.count()} erasures approved, each after a check of who asks.")


def check_access() -> ControlAnswer:
    """Every access that was granted was answered with a package that its person could take."""
    rows = RequestItem.objects.filter(right__in=BY_PACKAGE, outcome__in=["fulfilled", "partly"])
    closed = rows.filter(subject_request__state=State.CLOSED, subject_request__is_demo=False)
    released = PreparedPackage.objects.exclude(released_at=None).values("case_id")
    recent = closed.filter(decided_at__gte=clock.now() - RECENT_PACKAGES)  # rows of packages go by time
    if without := recent.exclude(subject_request_id__in=released).count():
        return red(f"{without} requests for a copy were closed without a package.")
    return green(f"{closed.count()} requests for a copy answered, each with a whole package, released with the letter.")


def check_erasures() -> ControlAnswer:
    """Every erasure that is closed has its receipt."""
    closed = SubjectRequest.objects.filter(state=State.CLOSED, items__right=Right.ERASURE, is_demo=False)
    if without := closed.exclude(pk__in=ReceiptRow.objects.values("subject_request_id")).count():
        return red(f"{without} erasures were closed without a receipt.")
    return green(f"{closed.count()} erasures closed, each with an answer from every system and a receipt.")


def check_restrictions() -> ControlAnswer:
    """Every restriction that was granted stands, or was announced before it was lifted."""
    granted = RequestItem.objects.filter(right=Right.RESTRICTION, outcome__in=["fulfilled", "partly"])
    cases = granted.exclude(subject_request__subject=None).filter(subject_request__is_demo=False)
    known = Restriction.objects.values("subject_id")
    if without := cases.exclude(subject_request__subject_id__in=known).count():
        return red(f"{without} restrictions were granted and do not stand.")
    if silent := Restriction.objects.exclude(lifted_at=None).filter(lift_on=None).count():
        return red(f"{silent} restrictions were lifted without a word.")
    standing = Restriction.objects.filter(lifted_at=None).count()
    return green(f"{standing} restrictions stand; while one does, the person's data is only stored.")


def check_several() -> ControlAnswer:
    """Every right asked for in an open request has a clock of its own."""
    items = RequestItem.objects.filter(subject_request__state__in=OPEN, subject_request__is_demo=False)
    if without := items.filter(clocks=None).count():
        return red(f"{without} rights asked for have no due date.")
    return green(f"{items.count()} rights asked for in open requests, each with its own due date.")


def check_in_time() -> ControlAnswer:
    """Every open request has a due date, and none that is confirmed is overdue."""
    rows = SubjectRequest.objects.filter(state__in=OPEN, is_demo=False)
    if without := rows.filter(due_on=None).count():
        return red(f"{without} open requests have no due date.")
    today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
    late = rows.filter(due_on__lt=today).exclude(state=State.UNCONFIRMED).count()
    if late:
        return red(f"{late} open requests are overdue.")
    waiting = rows.filter(state=State.UNCONFIRMED).count()
    return green(f"{rows.count()} open requests, {waiting} of them to be confirmed by the person; none is overdue.")


def check_reminders() -> ControlAnswer:
    """Reminders have somebody to go to, and the gate that stops stale ones stands."""
    if not send_gate.is_registered(may_remind):
        return red("The gate that holds back stale reminders is missing.")
    workers, approvers = staff_with("dsr", WORKERS), staff_with("dsr", APPROVERS)
    if not workers or not approvers:
        return not_configured("Nobody may work on requests or approve erasures: give somebody of staff these rights.")
    return green(f"Reminders go to {len(workers)} who work on requests, escalations to {len(approvers)}.")


control(64, code="dsr.released_with_the_answer", label="Access for everybody, with the answer", check=check_access)
control(69, code="dsr.counted_from_receipt", label="Filed at the desk, counted from receipt", check=check_written)
control(70, code="dsr.identity_first", label="Nothing is erased before we know who asks", check=check_identity)
control(74, code="dsr.package_first", label="A whole package before an access is answered", check=check_access)
control(76, code="dsr.every_system_answers", label="Closed with an answer from every system", check=check_erasures)
control(77, code="dsr.restriction", label="Restriction, announced before it ends", check=check_restrictions)
control(79, code="dsr.clock_for_each_right", label="Several rights, each with its due date", check=check_several)
control(101, code="dsr.question_converts", label="Questions become requests and keep their day", check=check_several)
control(80, code="dsr.answer_in_time", label="Due dates counted, 30 days at most", check=check_in_time)
control(80, code="dsr.reminders", label="Reminders of what is due", check=check_reminders)
