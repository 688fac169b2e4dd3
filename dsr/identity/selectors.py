"""Reads of identity: what is needed for a right of a case, and whether it is reached."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from dsr.identity.levels import LEVELS, Level, Sensitivity, is_enough, needed_level, never_asks
from dsr.identity.models import ChildReport, IdentityRecord, Mandate, MandateState
from dsr.models import RequestItem, SubjectRequest
from dsr.states import Right, State
from privacy.kernel.errors import DomainError
from privacy.kernel.ready import Ready
from privacy.policy.board import is_on

RECORD = Ready(lambda case: IdentityRecord.objects.filter(subject_request_id=case))
CHILD_REPORT = Ready(lambda case: ChildReport.objects.filter(subject_request_id=case))
MANDATE = Ready(lambda case: Mandate.objects.filter(subject_request_id=case))


def sensitivity_of(case: SubjectRequest) -> Sensitivity:
    """How sensitive the data is that the case is about; ordinary where nobody said otherwise."""
    record = _of_case(case, "identity_record", RECORD)
    return Sensitivity(record.sensitivity) if record else Sensitivity.ORDINARY


def is_about_child(case: SubjectRequest) -> bool:
    """Whether the case is about a child that somebody else reported."""
    return _of_case(case, "child_report", CHILD_REPORT) is not None


def _of_case(case: SubjectRequest, name: str, ready: "Ready[Any]") -> Any:
    """What hangs on the case by this name, or None; asked for once."""
    known = case._state.fields_cache
    if name not in known:
        if found := ready.first(case.pk):
            found.subject_request = case  # each knows the other
        else:
            known[name] = None
    return known[name]


def answer_address(case: SubjectRequest, today: dt.date) -> str:
    """Where the answer goes by mail: to the person; to who asks for them where an accepted mandate covers it."""
    mandate = _of_case(case, "mandate", MANDATE)
    if mandate is None:
        return str(case.contact.email)
    holds = mandate.state == MandateState.ACCEPTED and (mandate.expires_on is None or today <= mandate.expires_on)
    return str(mandate.email if holds and mandate.covers_receipt else case.contact.email)


def needed_for(case: SubjectRequest, right: str) -> Level:
    """The least level for a right in this case, by its law. The erasure of a reported child asks the parent for
    nothing: two people of legal decide it."""
    if right == Right.ERASURE and is_about_child(case):
        return Level.V0
    return needed_level(right, sensitivity_of(case), case.regime or settings.KEPT_PROFILE)


def has_needed_level(case: SubjectRequest, item: RequestItem) -> bool:
    """Whether it is known well enough who asks to grant this right. The one question that planning, answering and
    releasing ask. Of a household every adult; what needs no proof needs none of them either."""
    needed = needed_for(case, item.right)
    return needed == Level.V0 or (is_enough(case.identity_level, needed) and not unverified_adults(case))


def unverified_adults(case: SubjectRequest) -> int:
    """How many adults of the household that asks are not verified; 0 where one person asks."""
    record = _of_case(case, "identity_record", RECORD)
    return int(record.adults - record.adults_verified) if record else 0


def require_level(case: SubjectRequest, items: Iterable[RequestItem]) -> None:
    """Raise DomainError(unidentified), naming the level and the way there, where one of these is not reached."""
    if not is_on("dsr.identity_first"):
        return
    for item in items:
        if not has_needed_level(case, item):
            needed = needed_for(case, item.right)
            if is_enough(case.identity_level, needed):
                raise DomainError(
                    f"A household asks, and {unverified_adults(case)} of its adults are not verified. Verify each, "
                    "or refuse.",
                    code="unidentified",
                )
            raise DomainError(
                f"Confirm who asks first: {item.get_right_display()} needs {needed} "
                f"({LEVELS[needed].lower()}), and this request has {case.identity_level}.",
                code="unidentified",
            )


@dataclass(frozen=True, slots=True)
class Reached:
    """A right with what it needs, as a page shows it."""

    item: RequestItem
    needed: Level
    is_reached: bool

    @property
    def words(self) -> str:
        return LEVELS[self.needed]


def reached(case: SubjectRequest) -> list[Reached]:
    """What every right of the case needs."""
    rows = case.items.order_by("right")
    return [Reached(item, needed_for(case, item.right), has_needed_level(case, item)) for item in rows]


def is_asked_for_nothing(case: SubjectRequest) -> bool:
    """Whether every right still open is of the kind for which nothing may be asked."""
    return never_asks(case.items.filter(decided_at=None).values_list("right", flat=True))


def require_may_ask(case: SubjectRequest) -> None:
    """Every path that asks a person for anything about who they are goes through here.

    Raises DomainError(never_asks) where the law forbids asking for what is open, DomainError(identified) where
    all that is needed is known.
    """
    if is_asked_for_nothing(case) and is_on("dsr.never_asks"):
        raise DomainError("For these rights nobody may be asked who they are. Carry them out.", code="never_asks")
    if all(has_needed_level(case, item) for item in case.items.filter(decided_at=None)):
        raise DomainError("We know who asks, as far as this request needs it. Ask for no more.", code="identified")


def owes_proof(case: SubjectRequest, items: Iterable[RequestItem]) -> bool:
    """Whether an open, confirmed case waits for more than it has: then its page says how the person can show it."""
    if case.state != State.RECEIVED:
        return False
    return any(not has_needed_level(case, item) for item in items if item.decided_at is None)
