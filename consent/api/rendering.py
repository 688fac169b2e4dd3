"""An answer as it is sent: its values, and the text of them."""

import json
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from consent.rules import Decision
from consent.words import SHORTEST, explanation, verdict

encode = json.JSONEncoder(check_circular=False).encode  # answers are made here, and hold no circle


def word_of(decision: Decision) -> str:
    return "allow" if decision.allowed else "deny"


def as_json(decision: Decision, if_version: int | None = None) -> dict[str, Any]:
    """The answer in values. Who named the version that still stands gets no more than that."""
    answer: dict[str, Any] = {
        "decision": word_of(decision),
        "reason": decision.reason,
        "version": decision.version,
    }
    if if_version is not None:
        answer["unchanged"] = if_version == decision.version
        if answer["unchanged"]:
            return answer
    answer["basis"] = decision.basis
    answer["notice_version"] = decision.notice_version
    answer["event_id"] = str(decision.event_id) if decision.event_id else None
    answer["expires_at"] = decision.expires_at.isoformat() if decision.expires_at else None
    if decision.pace:
        answer["pace"] = decision.pace
    answer["trace"] = decision.trace
    answer["explanation"] = explanation(decision)
    return answer


def as_text(decision: Decision, if_version: int | None = None) -> str:
    """`as_json`, encoded. Most of it is the same for many people, and encoded once."""
    _, _, _, notice_version, event_id, expires_at, version, trace, pace, _, _ = decision
    if if_version is not None or pace or len(trace) != SHORTEST:
        return encode(as_json(decision, if_version))
    head, middle, tail = _frame(trace, notice_version)
    event = f'"{event_id}"' if event_id else "null"
    end = f'"{expires_at.isoformat()}"' if expires_at else "null"
    return f'{head}{version}{middle}{event}, "expires_at": {end}{tail}{quoted(verdict(decision))}]}}'


@lru_cache(maxsize=1024)
def _frame(trace: tuple[str, ...], notice_version: str) -> tuple[str, str, str]:
    """What stands around version, event, expiry and verdict; codes of the policy alone. Purpose, basis and outcome
    are the three steps of the trace."""
    basis = trace[1].partition(":")[2]
    word, _, reason = trace[2].partition(":")
    steps = encode(explanation(Decision(word == "allow", reason, basis, notice_version, trace=trace))[:-1])[:-1]
    return (
        f'{encode({"decision": word, "reason": reason})[:-1]}, "version": ',
        f', {encode({"basis": basis, "notice_version": notice_version})[1:-1]}, "event_id": ',
        f', "trace": {encode(trace)}, "explanation": {steps}, ',
    )
