"""Panels of the ground: waiting work, uncertain mail, the pulse of the worker, the sealed log."""

import datetime as dt

from django.conf import settings
from django.urls import reverse

from privacy.audit.sealing import overdue_unsealed
from privacy.audit.standing import Standing, standing
from privacy.audit.triggers import missing_triggers
from privacy.console.dashboard import Panel, panel
from privacy.jobs.models import Heartbeat, Job, JobState, OutboxMessage, SendState
from privacy.jobs.webhooks.selectors import oldest_unconfirmed, unconfirmed

QUIET = dt.timedelta(seconds=60)  # a worker polls every 5 s; silence for a minute is an alarm


@panel("jobs", order=20)
def jobs(_now: dt.datetime) -> Panel:
    stuck = Job.objects.filter(state=JobState.NEEDS_HUMAN).order_by("created_at")
    count = stuck.count()
    oldest = stuck.first()
    text = f"oldest since {oldest.created_at:%Y-%m-%d %H:%M} UTC" if oldest else "Nothing waits for a person."
    url = reverse("console:jobs_job_changelist") + "?state__exact=needs_human"
    return Panel("stuck", "Jobs that need a person", str(count), text, "danger" if count else "ok", url)


@panel("outbox", order=21)
def outbox(_now: dt.datetime) -> Panel:
    count = OutboxMessage.objects.filter(state__in=[SendState.UNCERTAIN, SendState.GIVEN_UP]).count()
    text = "Somebody has to look whether they arrived." if count else "Every mail has a known fate."
    url = reverse("console:jobs_outboxmessage_changelist") + "?state__exact=uncertain"
    return Panel("stuck", "Mails with an unknown or bad fate", str(count), text, "danger" if count else "ok", url)


@panel("worker", order=40)
def worker(now: dt.datetime) -> Panel:
    beat = Heartbeat.objects.filter(name="worker").first()
    if beat is None:
        return Panel("broken", "Worker", "never", "No worker has polled yet. Start one: manage.py work", "danger")
    seconds = max(0, int((now - beat.at).total_seconds()))
    quiet = now - beat.at > QUIET
    text = "No worker polls: nothing is sent or erased." if quiet else "A worker polls for work."
    return Panel("broken", "Worker", f"{seconds} s ago", text, "danger" if quiet else "ok")


@panel("ledger", order=41)
def ledger(now: dt.datetime) -> Panel:
    missing = missing_triggers()
    late = overdue_unsealed(now=now)
    if missing:
        text = f"{len(missing)} triggers that protect evidence are missing. Run manage.py migrate."
        return Panel("broken", "Evidence", "unprotected", text, "danger")
    if standing() != Standing.LEVEL:
        text = "The database was restored: workers stand still. Run manage.py replay_erasures."
        return Panel("broken", "Evidence", "restored", text, "danger")
    if late:
        return Panel("broken", "Evidence", str(late), "rows wait longer than a minute for their seal.", "danger")
    return Panel("broken", "Evidence", "sealed", "Every row is protected and sealed.", "ok")


@panel("unconfirmed_withdrawals", order=22, permission="webhooks.manage_webhooks")
def unconfirmed_withdrawals(now: dt.datetime) -> Panel:
    rows = unconfirmed()
    count, oldest = rows.count(), oldest_unconfirmed()
    hours = settings.KEPT_WITHDRAWAL_ALARM_HOURS
    is_late = oldest is not None and now - oldest > dt.timedelta(hours=hours)
    text = f"oldest since {oldest:%Y-%m-%d %H:%M} UTC" if oldest else "Every system that is told has confirmed."
    tone = "danger" if is_late or rows.filter(state="given_up").exists() else "warn" if count else "ok"
    return Panel("stuck", "Withdrawals not confirmed", str(count), text, tone, reverse("console:webhook_board"))
