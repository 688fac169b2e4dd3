"""Requests that are none, and such as are there twice: set aside in bulk, each with its line in the history.

Neither is an answer to a person, so no letter goes out; both can be opened again. The words and files of one that is
there twice go on to the other, whose day of receipt is the earlier.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from dsr.correspondence.models import Message
from dsr.models import CaseNote, ErasurePlan, SubjectRequest
from dsr.services.links import drop_links
from dsr.services.moving import move, note_history
from dsr.services.opening import rights_of
from dsr.states import OPEN, State
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput

MOST = 200
ENDINGS = {State.SPAM: "no request at all", State.DUPLICATE: "the same as another request"}


@dataclass(slots=True)
class SetAside:
    """What became of a selection: how many were set aside, and why the others were not, by reference."""

    done: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)


def set_aside(*, cases: Sequence[uuid.UUID], ending: str, actor: Actor, now: dt.datetime) -> SetAside:
    """End each of these requests as spam or as a duplicate; one that cannot be is left, with the reason.

    Raises InvalidInput(ending, cases).
    """
    if ending not in ENDINGS:
        raise InvalidInput("Choose spam or duplicate.", field="ending")
    if not 0 < len(cases) <= MOST:
        raise InvalidInput(f"Choose between 1 and {MOST} requests.", field="cases")
    result = SetAside()
    for case in SubjectRequest.objects.filter(pk__in=cases).select_related("contact").order_by("received_at", "id"):
        try:
            _end(case, State(ending), actor, now)
            result.done += 1
        except DomainError as error:
            result.left.append((case.reference, error.message))
    return result


@transaction.atomic
def _end(case: SubjectRequest, ending: State, actor: Actor, now: dt.datetime) -> None:
    detail = ""
    if ending is State.DUPLICATE:
        other = _other(case)
        _hand_over(case, other)
        note_history(subject_request=other, kind="duplicate_joined", actor=actor, now=now, detail=case.reference)
        detail = other.reference
    move(subject_request=case, to=ending, kind=ending.value, actor=actor, now=now, detail=detail)
    ErasurePlan.objects.filter(subject_request=case, state="prepared").update(state="discarded")
    drop_links(subject_request=case, kind="confirm", now=now)


def _other(case: SubjectRequest) -> SubjectRequest:
    """The open request that this one repeats: of the same mailbox, received before, asking for all of it, and as
    sure of who asks. DomainError where there is none."""
    index = case.contact.index if hasattr(case, "contact") else ""
    rows = SubjectRequest.objects.filter(contact__index=index, state__in=OPEN, received_at__lte=case.received_at)
    if case.state != State.UNCONFIRMED:
        rows = rows.exclude(state=State.UNCONFIRMED)
    asked = rights_of(case)
    for other in rows.exclude(pk=case.pk).prefetch_related("items").order_by("received_at", "id"):
        if index and asked <= rights_of(other):
            return other
    raise DomainError("There is no earlier open request of this address that asks for all of it.", code="no_other")


def _hand_over(case: SubjectRequest, other: SubjectRequest) -> None:
    known = Message.objects.filter(subject_request=other).exclude(source_key="").values("source_key")
    Message.objects.filter(subject_request=case).exclude(source_key__in=known).update(subject_request=other)
    CaseNote.objects.filter(subject_request=case).update(subject_request=other)
