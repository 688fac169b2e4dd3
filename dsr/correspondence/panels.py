"""What came in from people and nobody of staff has read."""

import datetime as dt

from django.db.models import Subquery
from django.urls import reverse

from dsr.correspondence.selectors import unseen
from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count, lowest

SOON = dt.timedelta(days=2)


def _figures(_now: dt.datetime) -> dict[str, Subquery]:
    rows = unseen()
    cases = count(rows, "subject_request_id", distinct=True)
    return {"rows": count(rows), "cases": cases, "oldest": lowest(rows, "created_at")}


@panel("messages_unseen", order=12, permission="dsr.work_subject_request", figures=_figures)
def messages_unseen(now: dt.datetime, found: Figures) -> Panel:
    """Messages in the threads of cases, until somebody says that they are read."""
    rows, cases, oldest = found["rows"], found["cases"], found["oldest"]
    url = reverse("console:dsr_subjectrequest_changelist") + "?message=new"
    if not rows:
        return Panel("due", "New messages in requests", "0", "Everything that came in was read.", "ok", url)
    text = f"in {cases} request{'s' if cases != 1 else ''}, the oldest of {oldest:%Y-%m-%d %H:%M} UTC"
    tone = "danger" if now - oldest > SOON else "warn"
    return Panel("due", "New messages in requests", str(rows), text, tone, url)
