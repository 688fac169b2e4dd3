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
    if if_version is not None or decision.pace or len(decision.trace) != SHORTEST:
        return encode(as_json(decision, if_version))
    head, middle, tail = _frame(
        word_of(decision), decision.reason, decision.basis, decision.notice_version, decision.trace
    )
    event = f'"{decision.event_id}"' if decision.event_id else "null"
    end = f'"{decision.expires_at.isoformat()}"' if decision.expires_at else "null"
    return f'{head}{decision.version}{middle}{event}, "expires_at": {end}{tail}{quoted(verdict(decision))}]}}'


@lru_cache(maxsize=1024)
def _frame(word: str, reason: str, basis: str, notice_version: str, trace: tuple[str, ...]) -> tuple[str, str, str]:
    """What stands around version, event, expiry and verdict; codes of the policy alone."""
    same = Decision(word == "allow", reason, basis, notice_version, trace=trace)
    steps = encode(explanation(same)[:-1])[:-1]
    return (
        f'{encode({"decision": word, "reason": reason})[:-1]}, "version": ',
        f', {encode({"basis": basis, "notice_version": notice_version})[1:-1]}, "event_id": ',
        f', "trace": {encode(trace)}, "explanation": {steps}, ',
    )
