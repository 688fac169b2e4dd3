"""Panels of the ground: waiting work, uncertain mail, the pulse of the worker, the sealed log."""

import datetime as dt

from django.conf import settings
from django.db.models import Subquery
from django.urls import reverse

from privacy.audit.sealing import overdue_unsealed, settled_event
from privacy.audit.standing import Standing, standing
from privacy.audit.triggers import missing_triggers
from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count, lowest, newest
from privacy.jobs.models import Heartbeat, Job, JobState
from privacy.jobs.outbox import for_somebody
from privacy.jobs.webhooks.models import DeliveryState
from privacy.jobs.webhooks.selectors import unconfirmed
from privacy.kernel.lookups import among

QUIET = dt.timedelta(seconds=60)  # a worker polls every 5 s; silence for a minute is an alarm


def _job_figures(_now: dt.datetime) -> dict[str, Subquery]:
    stuck = Job.objects.filter(among("state", [JobState.NEEDS_HUMAN]))
    return {"stuck": count(stuck), "oldest": lowest(stuck, "created_at")}


@panel("jobs", order=20, figures=_job_figures)
def jobs(_now: dt.datetime, found: Figures) -> Panel:
    stuck, oldest = found["stuck"], found["oldest"]
    text = f"oldest since {oldest:%Y-%m-%d %H:%M} UTC" if oldest else "Nothing waits for a person."
    url = reverse("console:jobs_job_changelist") + "?state__exact=needs_human"
    return Panel("stuck", "Jobs that need a person", str(stuck), text, "danger" if stuck else "ok", url)


def _mail_figures(_now: dt.datetime) -> dict[str, Subquery]:
    return {"bad": count(for_somebody())}


@panel("outbox", order=21, figures=_mail_figures)
def outbox(_now: dt.datetime, found: Figures) -> Panel:
    bad = found["bad"]
    text = "They may not have arrived." if bad else "Every mail arrived or was dealt with."
    url = reverse("console:jobs_outboxmessage_changelist") + "?waits=yes"
    return Panel("stuck", "Mails that need a person", str(bad), text, "danger" if bad else "ok", url)


def _worker_figures(_now: dt.datetime) -> dict[str, Subquery]:
    return {"beat": newest(Heartbeat.objects.filter(name="worker"), "at")}


@panel("worker", order=40, figures=_worker_figures)
def worker(now: dt.datetime, found: Figures) -> Panel:
    beat = found["beat"]
    if beat is None:
        return Panel("broken", "Worker", "never", "No worker has polled yet. Start one: manage.py work", "danger")
    seconds = max(0, int((now - beat).total_seconds()))
    quiet = now - beat > QUIET
    text = "No worker polls: nothing is sent or erased." if quiet else "A worker polls for work."
    return Panel("broken", "Worker", f"{seconds} s ago", text, "danger" if quiet else "ok")


def _seal_figures(now: dt.datetime) -> dict[str, Subquery]:
    return {"settled": settled_event(now)}


@panel("ledger", order=41, figures=_seal_figures)
def ledger(now: dt.datetime, found: Figures) -> Panel:
    missing = missing_triggers()
    late = overdue_unsealed(now=now, settled=found["settled"] or 0)
    if missing:
        text = f"{len(missing)} triggers that protect evidence are missing. Run manage.py migrate."
        return Panel("broken", "Evidence", "unprotected", text, "danger")
    if standing() != Standing.LEVEL:
        text = "The database was restored: workers stand still. Run manage.py replay_erasures."
        return Panel("broken", "Evidence", "restored", text, "danger")
    if late:
        return Panel("broken", "Evidence", str(late), "rows wait longer than a minute for their seal.", "danger")
    return Panel("broken", "Evidence", "sealed", "Every row is protected and sealed.", "ok")


def _withdrawal_figures(_now: dt.datetime) -> dict[str, Subquery]:
    rows = unconfirmed()
    given_up = rows.filter(state=DeliveryState.GIVEN_UP)
    return {"rows": count(rows), "oldest": lowest(rows, "created_at"), "given_up": count(given_up)}


@panel("unconfirmed_withdrawals", order=22, permission="webhooks.manage_webhooks", figures=_withdrawal_figures)
def unconfirmed_withdrawals(now: dt.datetime, found: Figures) -> Panel:
    rows, oldest = found["rows"], found["oldest"]
    hours = settings.KEPT_WITHDRAWAL_ALARM_HOURS
    is_late = oldest is not None and now - oldest > dt.timedelta(hours=hours)
    text = f"oldest since {oldest:%Y-%m-%d %H:%M} UTC" if oldest else "Every system that is told has confirmed."
    tone = "danger" if is_late or found["given_up"] else "warn" if rows else "ok"
    return Panel("stuck", "Withdrawals not confirmed", str(rows), text, tone, reverse("console:webhook_board"))
