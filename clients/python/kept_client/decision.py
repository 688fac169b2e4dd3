"""One answer. It is true in a condition only where it allows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Decision:
    """Allow or deny, and why. `is_fault` where the no comes from here, because no answer could be had."""

    allowed: bool
    reason: str
    basis: str = ""
    notice_version: str = ""
    event_id: str | None = None
    expires_at: dt.datetime | None = None
    version: int = 0
    pace: str = ""
    trace: tuple[str, ...] = ()
    explanation: tuple[str, ...] = ()
    is_fault: bool = False

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def short(self) -> tuple[bool, str, int]:
        """What an unchanged answer says again."""
        return self.allowed, self.reason, self.version


def denied(reason: str) -> Decision:
    """A no of our own: nothing was allowed, because nothing could be asked or believed."""
    return Decision(False, reason, explanation=(f"denied: {WORDS.get(reason, reason)}",), is_fault=True)


WORDS = {
    "unreachable": "Kept could not be reached in time.",
    "server_error": "Kept had no answer.",
    "bad_answer": "the answer could not be read.",
    "bad_key": "the key is not valid for this question.",
    "bad_question": "Kept could not read the question.",
    "feed_stale": "the copy of the decisions is too old.",
    "feed_empty": "there is no copy of the decisions yet.",
}


def read_decision(values: Any) -> Decision:
    """An answer as Kept sends it; ValueError for anything that is not plainly one."""
    if not isinstance(values, Mapping) or values.get("decision") not in {"allow", "deny"}:
        raise ValueError("no decision")
    version, reason = values.get("version"), values.get("reason")
    if not isinstance(version, int) or isinstance(version, bool) or not isinstance(reason, str):
        raise ValueError("no version or reason")  # noqa: TRY004 - one error for all that is no answer
    expires = values.get("expires_at")
    return Decision(
        allowed=values["decision"] == "allow",
        reason=reason,
        basis=_text(values, "basis"),
        notice_version=_text(values, "notice_version"),
        event_id=values["event_id"] if isinstance(values.get("event_id"), str) else None,
        expires_at=dt.datetime.fromisoformat(expires) if isinstance(expires, str) else None,
        version=version,
        pace=_text(values, "pace"),
        trace=_texts(values, "trace"),
        explanation=_texts(values, "explanation"),
    )


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else ""


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = values.get(name, [])
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
