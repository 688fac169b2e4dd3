"""A decision in sentences that a person understands: one for each step of its trace, in the same order. Pure."""

import datetime as dt
from collections.abc import Callable
from functools import lru_cache

from consent.rules import Decision, Standing
from consent.vocabulary import Door, Status

BASIS = {
    "consent": "It rests on consent: it is off until the person says yes.",
    "legitimate_interest": "It rests on a legitimate interest: it is on until the person objects.",
    "contract": "It rests on a contract: the service needs it, so it has no switch.",
    "legal_obligation": "It rests on a legal obligation: the law demands it, so it has no switch.",
    "soft_opt_in": "It rests on a soft opt-in: a similar sale and an offered opt-out are needed, and no refusal.",
}
SIGNALS = {"gpc": "the browser's GPC signal", "dnt": "the browser's DNT signal"}
ACTS = {Status.REFUSED: "the refusal", Status.WITHDRAWN: "the withdrawal", Status.OBJECTED: "the objection"}
DOORS = {
    Door.ONE_CLICK: "the one-click unsubscribe",
    Door.AGENT: "the opt-out taken by an agent",
    Door.IMPORT: "the imported opt-out",
    Door.SYSTEM: "the opt-out noted by Kept",
}
PLAIN = {
    "not_given": "nobody has said yes.",
    "on_by_default": "nobody has chosen, and a dated rule of the region puts it on.",
    "not_objected": "nobody has objected.",
    "needed": "it is needed, and nobody can switch it off.",
    "proofs_missing": "neither a grant nor the two proofs of a soft opt-in are recorded.",
    "restricted": "the person's data may only be stored for now (Article 18).",
    "channel_not_in_purpose": "the purpose does not use this channel.",
    "category_not_in_purpose": "data of this category is never used for this purpose, whatever was granted.",
    "signal": "the browser's signal switches this purpose off.",
    "device_off": "it is switched off in the settings of the device itself.",
    "unknown_purpose": "legal has not published this purpose.",
}

SHORTEST = 3  # steps where nothing but purpose, basis and what was decided had a say


def explanation(decision: Decision) -> list[str]:
    """What each step of the trace means."""
    steps, policy = decision.trace, decision.notice_version
    if len(steps) == SHORTEST:
        return [*_begin(steps[0], steps[1], policy), verdict(decision)]
    return [*(_step(step, policy) for step in steps[:-1]), verdict(decision)]


def verdict(decision: Decision) -> str:
    """The last step alone, such as "denied: the withdrawal of 2026-11-02 beats the grant of 2026-05-01."."""
    reason, standing = decision.reason, decision.standing
    tell = TOLD.get(reason)
    because = tell(decision, standing) if standing and tell else PLAIN.get(reason) or f"{reason}."
    return f"{'allowed' if decision.allowed else 'denied'}: {because}"


@lru_cache(maxsize=1024)
def _begin(purpose: str, basis: str, notice_version: str) -> tuple[str, str]:
    return _step(purpose, notice_version), _step(basis, notice_version)


@lru_cache(maxsize=1024)
def _step(step: str, notice_version: str) -> str:
    kind, _, code = step.partition(":")
    if kind == "purpose":
        return f"The purpose {code}, by the policy of {notice_version}."
    if kind == "signal":
        return f"The question came with {SIGNALS.get(code, 'a signal of the browser')}."
    return BASIS[code] if kind == "basis" else f"Data of the category {code} is meant."


def _given(_: Decision, standing: Standing) -> str:
    since, ends = standing.changed_at.date().isoformat(), standing.expires_at
    return f"the grant of {since} stands, until {ends.date().isoformat()}." if ends else f"the grant of {since} stands."


def _expired(_: Decision, standing: Standing) -> str:
    on = _day(standing.expires_at or standing.changed_at)
    if standing.given_at is None:
        return f"what was asked was never confirmed, and ran out on {on}."
    return f"the grant of {_day(standing.given_at)} ran out on {on}."


def _stale(_: Decision, standing: Standing) -> str:
    on = _day(standing.changed_at)
    return f"the grant of {on} was to the text of {standing.policy_on}, which has changed in substance since."


def _pending(_: Decision, standing: Standing) -> str:
    return f"asked on {_day(standing.changed_at)}, and not confirmed from the mailbox yet."


def _paused(_: Decision, standing: Standing) -> str:
    return f"paused until {_day(standing.paused_until)}, as the person asked."


def _proven(_: Decision, standing: Standing) -> str:
    on = _day(standing.changed_at)
    return f"a similar sale and an offered opt-out were recorded on {on}, and nobody has declined."


def _overruled(_: Decision, standing: Standing) -> str:
    return f"the objection was overruled on {_day(standing.changed_at)} by a recorded compelling ground."


def _refused(decision: Decision, standing: Standing) -> str:
    on = _day(standing.changed_at)
    if standing.status == Status.OVERRULED:
        return "an objection to direct marketing is absolute."
    act = ACTS.get(Status(standing.status), "the refusal")
    if standing.door == Door.SIGNAL:
        act = SIGNALS.get(standing.source, "a signal of the browser")
    elif standing.door in DOORS:
        act = DOORS[Door(standing.door)]
    if decision.beaten_at:
        return f"{act} of {on} beats the grant of {_day(decision.beaten_at)}."
    return f"{act} of {on} stands."


def _day(moment: dt.datetime | None) -> str:
    return moment.date().isoformat() if moment else ""


def _signal(_: Decision, standing: Standing) -> str:
    return f"the browser's signal beats the grant of {_day(standing.given_at or standing.changed_at)}."


TOLD: dict[str, Callable[[Decision, Standing], str]] = {
    "given": _given,
    "expired": _expired,
    "stale": _stale,
    "pending": _pending,
    "paused": _paused,
    "proofs_held": _proven,
    "compelling_ground": _overruled,
    "withdrawn": _refused,
    "refused": _refused,
    "objected": _refused,
    "signal": _signal,
}
