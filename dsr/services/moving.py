"""How a case changes state: compare-and-set, and a history row in the same transaction."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from dsr.audit_events import HISTORY
from dsr.models import Contact, HistoryRow, SubjectRequest
from dsr.rules import CONTACT_KEPT_DAYS
from dsr.states import State, may_move
from privacy.audit.services import append_evidence
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, StaleState

ENDED = frozenset({State.CLOSED, State.REFUSED, State.WITHDRAWN, State.EXPIRED})


def note_history(
    *,
    subject_request: SubjectRequest,
    kind: str,
    actor: Actor,
    now: dt.datetime,
    detail: str = "",
    moved_from: str = "",
) -> HistoryRow:
    """Append a history row. `kind` and `detail` are codes, counts, dates or hashes, never words about a person."""
    row = HistoryRow(
        at=now,
        is_demo=subject_request.is_demo,
        subject_request_id=subject_request.pk,
        kind=kind,
        from_state=moved_from,
        to_state=subject_request.state if moved_from else "",
        detail=detail,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
    )
    return append_evidence(
        row,
        event=HISTORY,
        actor=actor,
        subject_id=subject_request.subject_id,
        target=subject_request,
        kind=kind,
        from_state=row.from_state,
        to_state=row.to_state,
        detail=detail,
    )


@transaction.atomic
def move(
    *, subject_request: SubjectRequest, to: State, kind: str, actor: Actor, now: dt.datetime, detail: str = ""
) -> SubjectRequest:
    """Move a case to another state.

    Raises DomainError where the table of transitions does not allow it, StaleState where somebody
    else moved it first. The given instance is brought up to date.
    """
    old = subject_request.state
    if not may_move(old, to):
        raise DomainError(f"A request that is {old} cannot become {to}.", code="transition")
    changes: dict[str, object] = {"state": to}
    if to in ENDED:
        changes["closed_at"] = now
    if SubjectRequest.objects.filter(pk=subject_request.pk, state=old).update(**changes) != 1:
        raise StaleState("Somebody else changed this request meanwhile. Load the page again.")
    for name, value in changes.items():
        setattr(subject_request, name, value)
    if to in ENDED:
        _let_contact_go(subject_request, now)
    note_history(subject_request=subject_request, kind=kind, actor=actor, now=now, detail=detail, moved_from=old)
    return subject_request


def _let_contact_go(subject_request: SubjectRequest, now: dt.datetime) -> None:
    """Set the day on which the contact goes: at once where nobody ever confirmed it, else three months on."""
    days = 0 if subject_request.state == State.EXPIRED else CONTACT_KEPT_DAYS
    erase_on = clock.local_date(now, settings.KEPT_TIME_ZONE) + dt.timedelta(days=days)
    Contact.objects.filter(subject_request=subject_request, erase_on=None).update(erase_on=erase_on)
