"""The dashboard panel of the promises: how many are kept, and what is broken."""

import datetime as dt

from django.urls import reverse

from privacy.console.dashboard import Panel, panel
from privacy.policy.proofs import read_results
from privacy.policy.standing import PromiseState, count_states, promise_lines


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
