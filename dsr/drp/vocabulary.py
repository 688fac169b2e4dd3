"""The words of the Data Rights Protocol (1.0, whose text is that of 0.9.4). Pure."""

import datetime as dt
import enum

from dsr.states import Right

VERSIONS = frozenset({"0.9.3", "0.9.4", "1.0", "1.0.0"})
MOST_BYTES = 64 * 1024  # of a message in base64
LONGEST_LIFE = dt.timedelta(hours=24)  # of a message; the protocol recommends ten minutes
MOST_A_DAY = 2_000  # requests of one agent: a stolen key shall not make us write to everybody
FORGOTTEN_AFTER = dt.timedelta(days=60)  # section 3.02: a final request may be disregarded then
LONGEST_REQUEST_ID = 200
MOST_RELATIONSHIPS, LONGEST_RELATIONSHIP = 10, 60
LONGEST_REASON = 1000
CALIFORNIA = "US-CA"
REGIMES = {"ccpa": CALIFORNIA, "voluntary": ""}  # without a regime the law where we are counts

# Section 3.01. The schemas of the two narrower kinds of access were never declared: both get the whole answer.
EXERCISES = {
    "access": Right.ACCESS,
    "access:categories": Right.ACCESS,
    "access:specific": Right.ACCESS,
    "deletion": Right.ERASURE,
    "sale:opt_out": Right.SALE_OPT_OUT,
    "sale:opt-out": Right.SALE_OPT_OUT,
}
RAISES = frozenset({"sale:opt_in", "sale:opt-in"})  # only the person can allow something, by an act of their own
SUPPORTED = ("access", "access:categories", "access:specific", "deletion", "sale:opt_out")


class Status(enum.StrEnum):
    """Section 3.02. `open` is for a provider between agent and business: here a request is in progress at once."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    FULFILLED = "fulfilled"
    REVOKED = "revoked"
    DENIED = "denied"
    EXPIRED = "expired"


class Reason(enum.StrEnum):
    """Section 3.02, beside the status. We never say outside_jurisdiction: everybody is answered, wherever they live."""

    NEED_USER_VERIFICATION = "need_user_verification"
    SUSPECTED_FRAUD = "suspected_fraud"
    INSUF_VERIFICATION = "insuf_verification"
    NO_MATCH = "no_match"
    CLAIM_NOT_COVERED = "claim_not_covered"
    OUTSIDE_JURISDICTION = "outside_jurisdiction"
    TOO_MANY_REQUESTS = "too_many_requests"
    OTHER = "other"


FINAL = frozenset({Status.FULFILLED, Status.REVOKED, Status.DENIED, Status.EXPIRED})
# The ground of a refusal → how the protocol calls it; every other ground is a claim that the law does not cover.
REASON_OF_GROUND = {
    "cannot_identify": Reason.INSUF_VERIFICATION,
    "fraudulent": Reason.SUSPECTED_FRAUD,
    "unfounded": Reason.TOO_MANY_REQUESTS,  # manifestly unfounded or excessive
}
