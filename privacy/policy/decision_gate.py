"""May this be used for that? Asked by the floors below the one that knows what people decided.

A higher floor fills the gate. An empty gate refuses: what nobody can answer is not allowed.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """`reason` is a code, for a yes too."""

    allowed: bool
    reason: str


class Gate(Protocol):
    """Answers for one subject, as of `now`. `channel` and `category` are empty where none is meant."""

    def __call__(
        self, *, subject_id: uuid.UUID, purpose: str, channel: str, category: str, now: dt.datetime
    ) -> GateAnswer: ...


_gates: list[Gate] = []


def register(gate: Gate) -> None:
    """Add a gate; every gate must say yes."""
    _gates.append(gate)


def is_filled() -> bool:
    """Whether anybody can answer."""
    return bool(_gates)


def ask(*, subject_id: uuid.UUID, purpose: str, now: dt.datetime, channel: str = "", category: str = "") -> GateAnswer:
    """The first no, or the last yes."""
    answer = GateAnswer(allowed=False, reason="no_gate")
    for gate in _gates:
        answer = gate(subject_id=subject_id, purpose=purpose, channel=channel, category=category, now=now)
        if not answer.allowed:
            return answer
    return answer
