"""A request as its agent may see it: the status object of section 3.03.

It says no more than the person would hear, and the same for somebody we know and somebody we do not: the answer itself
goes to the person.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from dsr.drp.models import AgentRequest
from dsr.drp.vocabulary import FINAL, FORGOTTEN_AFTER, REASON_OF_GROUND, Reason, Status
from dsr.identity.levels import NEVER_ASKS
from dsr.models import HistoryRow, SubjectRequest
from dsr.states import State
from privacy.kernel import clock
from privacy.kernel.canonical import canonical_json, digest

ENDS = {
    State.WITHDRAWN: (Status.REVOKED, "", ""),
    State.EXPIRED: (
        *(Status.DENIED, Reason.INSUF_VERIFICATION),
        "Nobody confirmed the address in time. It can still be confirmed for a month, by a new link.",
    ),
    State.SPAM: (Status.DENIED, Reason.SUSPECTED_FRAUD, "This was set aside as no request of a person."),
    State.DUPLICATE: (Status.DENIED, Reason.OTHER, "The same request is answered under an earlier one."),
    State.REFERRED: (
        *(Status.DENIED, Reason.OTHER),
        "A company that we work for decides about this. The person was told whom to ask.",
    ),
}
FILED_BY_MAIL = "We wrote to the person's address. The request goes on once the link in that mail is opened."
GOES_ON = "We work on it. The person can follow it by the link that we mailed."
EXTENDED = "We need more time, and told the person why."
ANSWERED = "The answer went to the person, not to the agent."
IN_PART = "Granted in part. The answer, with its reasons, went to the person."
REFUSED = "Refused. The person has the reasons, and where to complain."
NOT_BY_AGENT = "Nobody but the person can allow this: on our preferences page, at any time."


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a request stands, in the protocol's words."""

    status: Status
    reason: str = ""
    details: str = ""

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


def stand_of(row: AgentRequest, now: dt.datetime) -> Stand:
    """The status, from the case as it is."""
    if row.final_at and row.final_at + FORGOTTEN_AFTER <= now:
        return Stand(Status.EXPIRED)
    if row.case is None:
        return Stand(Status.DENIED, row.denied, NOT_BY_AGENT)
    state = State(row.case.state)
    if state in ENDS:
        return Stand(*ENDS[state])
    if state is State.UNCONFIRMED:
        return Stand(Status.IN_PROGRESS, Reason.NEED_USER_VERIFICATION, FILED_BY_MAIL)
    if state in {State.CLOSED, State.REFUSED}:
        return _answered(row.case)
    return Stand(Status.IN_PROGRESS, "", EXTENDED if _is_extended(row.case) else GOES_ON)


def _answered(case: SubjectRequest) -> Stand:
    """Each request of the protocol is one right."""
    item = case.items.get()
    if item.outcome == "refused":
        return Stand(Status.DENIED, REASON_OF_GROUND.get(item.ground, Reason.CLAIM_NOT_COVERED), REFUSED)
    if item.outcome == "nothing_held" and item.right not in NEVER_ASKS:
        return Stand(Status.DENIED, Reason.NO_MATCH, ANSWERED)
    return Stand(Status.FULFILLED, "", IN_PART if item.outcome == "partly" else ANSWERED)


def _is_extended(case: SubjectRequest) -> bool:
    return HistoryRow.objects.filter(subject_request_id=case.pk, kind="extended").exists()


def status_body(row: AgentRequest, now: dt.datetime) -> dict[str, Any]:
    """The status object. Fields without a value are left out, as the protocol's examples do."""
    stand = stand_of(row, now)
    body: dict[str, Any] = {
        "request_id": str(row.pk),
        "agent_request_id": row.agent_request_id,
        "received_at": clock.canonical(row.received_at),
        "expected_by": _end_of(row.case.due_on) if row.case and not stand.is_final else "",
        "status": str(stand.status),
        "reason": str(stand.reason),
        "processing_details": stand.details,
    }
    if stand.reason == Reason.NEED_USER_VERIFICATION and row.case:
        body["user_verification_url"] = settings.KEPT_BASE_URL + reverse("drp_verify", args=[row.pk])
        body["expires_at"] = _end_of(row.case.safe_on)
    elif stand.is_final and row.final_at:
        body["expires_at"] = clock.canonical(row.final_at + FORGOTTEN_AFTER)
    return {name: value for name, value in body.items() if value}


def digest_of(row: AgentRequest, now: dt.datetime) -> str:
    """What is alike for two statuses that say the same."""
    return digest([canonical_json(status_body(row, now))])


def _end_of(day: dt.date | None) -> str:
    """The last moment of a local day."""
    if day is None:
        return ""
    midnight = clock.midnight(day + dt.timedelta(days=1), settings.KEPT_TIME_ZONE)
    return clock.canonical(midnight - dt.timedelta(seconds=1))
