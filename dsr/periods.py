"""Which period of a law profile answers which right. Pure.

Laws name periods by their own words, and not for every right that we offer. In this order: the right
itself; the profile's own word for the nearest right (California's opt-out for an objection, its limit for
a restriction); the profile's period for access, since the state acts give one time for all rights; and
where a law says nothing at all, the published promise alone. A question that no law knows has the promise.
"""

from dataclasses import dataclass

from dsr.states import Right
from privacy.kernel.deadlines.profiles import PROMISE, profile
from privacy.kernel.errors import InvalidInput

NEAREST = {Right.OBJECTION.value: "optout", Right.RESTRICTION.value: "limit"}


@dataclass(frozen=True, slots=True)
class Period:
    """A profile and its word for a right; `note` where that word is another one, for the explanation."""

    profile: str
    kind: str
    note: str = ""


def period_for(code: str, right: str) -> Period:
    """The period that counts for a right under a profile. InvalidInput(profile) for an unknown profile."""
    law = profile(code)
    nearest = NEAREST.get(right, "")
    if _has(code, right):
        return Period(code, right)
    if nearest and _has(code, nearest):
        return Period(code, nearest, f"{law.code} names this right {nearest}.")
    if right != Right.QUESTION and _has(code, Right.ACCESS):
        return Period(code, Right.ACCESS, f"{law.code} names no period of its own for {right}; counted as for access.")
    return Period(PROMISE, right, f"{law.code} names no period for {right}.")


def _has(code: str, kind: str) -> bool:
    try:
        profile(code).rule(kind)
    except InvalidInput:
        return False
    return True
