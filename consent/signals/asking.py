"""A partner system asks with the signals of the browser that it serves: the answer heeds them, unstored."""

from collections.abc import Collection
from typing import Any

from consent.models import ConsentEvent
from consent.rules import Decision, Terms
from consent.signals.reading import told
from consent.signals.rules import against, knows, with_signals
from privacy.kernel.errors import InvalidInput


def heed_signals(decision: Decision, terms: Terms, signals: Collection[str]) -> Decision:
    """A yes becomes a no by a signal that denies the purpose, but for a yes that was said with it in view.

    One query, and only where a signal meets a yes.
    """
    standing = against(terms, told(signals))
    if not standing or not decision.allowed:
        return decision
    if decision.event_id:
        event = ConsentEvent.objects.filter(pk=decision.event_id).values_list("source_kind", "source_id").first()
        if event and knows(event[0], event[1], standing):
            return decision
    return with_signals(decision, standing)


def check_signals(question: dict[str, Any], at: str) -> None:
    """InvalidInput where `signals` is there and is no list of texts."""
    signals = question.get("signals", [])
    if not isinstance(signals, list) or not all(isinstance(one, str) for one in signals):
        raise InvalidInput('Signals are a list of codes, such as ["gpc"].', field=f"{at}signals")
