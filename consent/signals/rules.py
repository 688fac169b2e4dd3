"""What a signal denies. Pure: the terms in force, the signals that are there, and what the person said about them."""

from collections.abc import Collection, Mapping

from consent.rules import Decision, Terms
from consent.vocabulary import Door
from privacy.policy.board import is_on
from privacy.policy.vocabulary import Switch

SOURCE = "signal"  # the source_kind of what a signal caused, and of what a person allowed with it in view
JOINED = "+"
SIGNALED = 1 << 50  # marks the version of an answer that a signal turned; far above what a policy's date reaches


def denied(terms: Mapping[str, Terms], signal: str) -> list[str]:
    """The purposes that a signal switches off, in the order of the policy; none where it is ignored."""
    if not is_on("consent.signals"):
        return []
    return [row.code for row in terms.values() if signal in row.denied_by and row.switch is not Switch.LOCKED]


def against(terms: Terms, signals: Collection[str]) -> list[str]:
    """Which of these signals switch this purpose off."""
    if terms.switch is Switch.LOCKED or not is_on("consent.signals"):
        return []
    return [signal for signal in terms.denied_by if signal in signals]


def knows(source_kind: str, source_id: str, signals: Collection[str]) -> bool:
    """Whether a yes was said with all these signals in view: then it stands against them."""
    return source_kind == SOURCE and set(signals) <= set(source_id.split(JOINED))


def in_view(signals: Collection[str]) -> str:
    """The source_id of a yes that was said with these signals in view."""
    return JOINED.join(sorted(signals))


def is_by_signal(door: str, source_kind: str) -> bool:
    """Whether a signal caused an event, and not a person who answered one."""
    return door == Door.SIGNAL and source_kind == SOURCE


def with_signals(decision: Decision, signals: Collection[str]) -> Decision:
    """The decision as it is with these signals against it. A signal lowers and never raises."""
    if not decision.allowed or not signals:
        return decision
    steps = (*decision.trace[:-1], *(f"signal:{signal}" for signal in sorted(signals)), "deny:signal")
    return decision._replace(allowed=False, reason="signal", trace=steps, version=decision.version | SIGNALED)
