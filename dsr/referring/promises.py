"""Controls of the promises about data that business customers put here."""

import datetime as dt

from django.conf import settings
from django.db.models import OuterRef, Subquery

from dsr.models import HistoryRow, SubjectRequest
from dsr.referring.models import Assist, Referral, ReferralState
from dsr.referring.rules import REFER_WITHIN_DAYS, working_days_after
from dsr.states import Channel, Role, State
from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, red


def _today() -> dt.date:
    return clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)


def check_named() -> ControlAnswer:
    """Every request that was referred names the company that the person named."""
    rows = Referral.objects.filter(is_demo=False)
    if nameless := sum(not row.named for row in rows.only("id", "named")[:5000]):
        return red(f"{nameless} referrals name no company.")
    return green(f"{rows.count()} requests referred, each to the company that the person named.")


def check_referred() -> ControlAnswer:
    """What was found to be a customer's is referred within two working days, reminded of, and not called fulfilled."""
    triaged = HistoryRow.objects.filter(subject_request_id=OuterRef("pk"), kind="triaged").order_by("-at")
    open_ones = SubjectRequest.objects.filter(state=State.RECEIVED, role=Role.PROCESSOR, is_demo=False)
    open_ones = open_ones.exclude(channel=Channel.OPENDSR)  # its customer filed it
    waiting = open_ones.annotate(triaged_at=Subquery(triaged.values("at")[:1])).values_list("triaged_at", flat=True)
    days = [clock.local_date(at, settings.KEPT_TIME_ZONE) for at in waiting if at]
    if late := sum(working_days_after(day, REFER_WITHIN_DAYS) < _today() for day in days):
        return red(f"{late} requests wait longer than {REFER_WITHIN_DAYS} working days to be referred.")
    sent = Referral.objects.filter(state=ReferralState.SENT, is_demo=False)
    if silent := sent.filter(reminded_at=None, remind_on__lt=_today() - dt.timedelta(days=1)).count():
        return red(f"{silent} customers were not reminded of a referral.")
    if wrong := Referral.objects.filter(subject_request__items__outcome="fulfilled", is_demo=False).count():
        return red(f"{wrong} referred requests count as fulfilled.")
    return green(f"{Referral.objects.filter(is_demo=False).count()} requests referred, {sent.count()} of them wait.")


def check_assists() -> ControlAnswer:
    """No help that a customer asked for is late."""
    rows = Assist.objects.filter(is_demo=False)
    if late := rows.filter(done_at=None, due_on__lt=_today()).count():
        return red(f"{late} times a customer waits for our help past its date.")
    return green(
        f"{rows.count()} times a customer asked for help, {rows.filter(done_at=None).count()} open, none late."
    )


control(65, code="referring.customer_named", label="Referred to the company that was named", check=check_named)
control(66, code="referring.referred_in_time", label="Referred in time, and reminded of", check=check_referred)
control(67, code="referring.assists", label="Help for business customers, each with its date", check=check_assists)
