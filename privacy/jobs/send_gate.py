"""May this message leave? Asked in the transaction that marks it as being sent.

A higher floor fills the gate. An empty gate refuses everything: a mail that nobody was asked about
does not go out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from privacy.jobs.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """`reason` is a code, and required where the answer is no."""

    allowed: bool
    reason: str = ""


Gate = Callable[[OutboxMessage], GateAnswer]
_gates: list[Gate] = []


def register(gate: Gate) -> None:
    """Add a gate; every gate must say yes."""
    _gates.append(gate)


def is_registered(gate: Gate) -> bool:
    """Whether this gate is asked for every message."""
    return gate in _gates


def ask(message: OutboxMessage) -> GateAnswer:
    """The first no, or yes."""
    if not _gates:
        return GateAnswer(allowed=False, reason="no_gate")
    for gate in _gates:
        answer = gate(message)
        if not answer.allowed:
            return answer
    return GateAnswer(allowed=True)
