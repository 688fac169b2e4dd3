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

NEAREST = {
    Right.OBJECTION.value: "optout",
    Right.RESTRICTION.value: "limit",
    Right.SALE_OPT_OUT.value: "optout",
    Right.LIMIT_SENSITIVE.value: "limit",
    Right.MARKETING_OBJECTION.value: "objection_marketing",
    Right.CHILD_REPORT.value: "erasure",
    Right.COMPLAINT.value: "complaint_answer",
    Right.CONSENT_WITHDRAWAL.value: "consent_revocation",
}
RESPOND, APPEAL, APPEAL_NOTICE = "respond", "appeal", "appeal_extension"
APPEALS = (APPEAL, APPEAL_NOTICE)  # clocks that an appeal starts
ACK, EXTENSION_NOTICE, REFUSAL, COMPLIANCE, REASK = (
    *("ack", "extension_notice", "refusal", "compliance_notice", "reask_not_before"),
)
SUB_CLOCKS = (ACK, EXTENSION_NOTICE, REFUSAL, COMPLIANCE, REASK)
CLOCK_WORDS = {
    RESPOND: "Answer",
    ACK: "Acknowledge the receipt",
    EXTENSION_NOTICE: "Last day to take more time",
    REFUSAL: "Last day to refuse",
    COMPLIANCE: "Notice that it was done",
    REASK: "Not asked again before",
    APPEAL: "Answer the appeal",
    APPEAL_NOTICE: "Last day to take more time for the appeal",
}


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
    word = right if _has(PROMISE, right) else Right.QUESTION.value  # the promise is one and the same for all
    return Period(PROMISE, word, f"{law.code} names no period for {right}.")


def sub_period_for(code: str, right: str, sub: str) -> Period | None:
    """The period of a sub-clock of a right under a profile; None where the law names none."""
    answer = period_for(code, right)
    if answer.profile != code:
        return None
    if sub == EXTENSION_NOTICE and not profile(code).rule(answer.kind).extended:
        return None
    kinds = (f"{word}/{sub}" for word in dict.fromkeys((right, answer.kind)))
    return next((Period(code, kind) for kind in kinds if _has(code, kind)), None)


def appeal_period_for(code: str) -> Period | None:
    """The period in which an appeal is answered; None where the law knows no appeal to us."""
    return Period(code, APPEAL) if _has(code, APPEAL) else None


def appeal_notice_period_for(code: str) -> Period | None:
    """The period in which more time for an appeal must be told; None where the law gives none."""
    kind = f"{APPEAL}/{EXTENSION_NOTICE}"
    return Period(code, kind) if _has(code, kind) else None


def _has(code: str, kind: str) -> bool:
    try:
        profile(code).rule(kind)
    except InvalidInput:
        return False
    return True
