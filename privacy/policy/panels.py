"""The dashboard panels of the policy: promises kept and broken, and drafts that wait for a second person."""

import datetime as dt

from django.db.models import F, Subquery
from django.urls import reverse

from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count
from privacy.policy.board_readings import read_board
from privacy.policy.models import PolicyVersion, VersionState
from privacy.policy.proofs import read_results
from privacy.policy.standing import PromiseState, count_states, promise_lines


def _draft_figures(_now: dt.datetime) -> dict[str, Subquery]:
    drafts = PolicyVersion.objects.filter(state=VersionState.DRAFT).exclude(edited_by=None)
    return {"drafts": count(drafts), "reviewed": count(drafts.filter(reviewed_digest=F("digest")))}


@panel("drafts", order=15, permission="policy.publish_policy", figures=_draft_figures)
def waiting_drafts(_now: dt.datetime, found: Figures) -> Panel:
    """Drafts edited in the console: to be reviewed, or reviewed and to be published."""
    drafts, reviewed = found["drafts"], found["reviewed"]
    text = f"{drafts - reviewed} to be reviewed by a second person, {reviewed} to be published."
    url = reverse("console:policy_policyversion_changelist") + "?state__exact=draft"
    return Panel("due", "Policy drafts", str(drafts), text if drafts else "None is being written.", "ok", url)


@panel("promises", order=42)
def kept_promises(_now: dt.datetime, _found: Figures) -> Panel:
    """Red names what is broken, as the controls said when they were last asked."""
    reading = read_board()
    url = reverse("console:policy_promises")
    if reading.asked_at is None:
        text = "No worker has asked the controls yet. The board asks them."
        return Panel("broken", "Promises", "not asked yet", text, "warn", url)
    lines = promise_lines(results=read_results(), ask=reading.ask)
    counts = count_states(lines)
    broken = [line.promise.code for line in lines if line.state is PromiseState.BROKEN]
    rest = ", ".join(f"{counts[state]} {state}" for state in PromiseState if counts[state] and state != "kept")
    text = f"Broken: {', '.join(broken)}. Then {rest}." if broken else f"None is broken. {rest}."
    text += f" Asked at {reading.asked_at:%Y-%m-%d %H:%M} UTC."
    figure = f"{counts[PromiseState.KEPT]} of {len(lines)} kept"
    return Panel("broken", "Promises", figure, text, "danger" if broken else "ok", url)
