"""The dashboard panels of the policy: promises kept and broken, and drafts that wait for a second person."""

import datetime as dt

from django.urls import reverse

from privacy.console.dashboard import Panel, panel
from privacy.policy.models import PolicyVersion, VersionState
from privacy.policy.proofs import read_results
from privacy.policy.standing import PromiseState, count_states, promise_lines


@panel("drafts", order=15, permission="policy.publish_policy")
def waiting_drafts(_now: dt.datetime) -> Panel:
    """Drafts edited in the console: to be reviewed, or reviewed and to be published."""
    drafts = PolicyVersion.objects.filter(state=VersionState.DRAFT).exclude(edited_by=None)
    rows = list(drafts.values_list("digest", "reviewed_digest"))
    reviewed = sum(digest == seen for digest, seen in rows)
    text = f"{len(rows) - reviewed} to be reviewed by a second person, {reviewed} to be published."
    url = reverse("console:policy_policyversion_changelist") + "?state__exact=draft"
    return Panel("due", "Policy drafts", str(len(rows)), text if rows else "None is being written.", "ok", url)


@panel("promises", order=42)
def kept_promises(_now: dt.datetime) -> Panel:
    """Red names what is broken; the controls were asked at most a minute ago."""
    lines = promise_lines(results=read_results())
    counts = count_states(lines)
    broken = [line.promise.code for line in lines if line.state is PromiseState.BROKEN]
    rest = ", ".join(f"{counts[state]} {state}" for state in PromiseState if counts[state] and state != "kept")
    text = f"Broken: {', '.join(broken)}. Then {rest}." if broken else f"None is broken. {rest}."
    url = reverse("console:policy_promises")
    figure = f"{counts[PromiseState.KEPT]} of {len(lines)} kept"
    return Panel("broken", "Promises", figure, text, "danger" if broken else "ok", url)
