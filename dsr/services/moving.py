"""How a case changes state: compare-and-set, and a history row in the same transaction."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.db import transaction

from dsr.audit_events import HISTORY
from dsr.models import Contact, HistoryRow, SubjectRequest
from dsr.rules import CONTACT_KEPT_DAYS, REOPENS_FOR
from dsr.states import Channel, State, may_move
from privacy.audit.bulk import BulkEvidence, append_evidence_in_bulk, payload_text
from privacy.audit.services import evidence_statements
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.demo import in_demo
from privacy.kernel.errors import DomainError, StaleState
from privacy.kernel.statements import Statement, change_where, run_together

ENDED = frozenset(
    {
        *(State.CLOSED, State.REFUSED, State.WITHDRAWN, State.EXPIRED),
        *(State.REFERRED, State.DUPLICATE, State.SPAM),
    }
)


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
    row, statements = _history(
        subject_request=subject_request, kind=kind, actor=actor, now=now, detail=detail, moved_from=moved_from
    )
    run_together(statements)
    return row


def history_statements(
    *, subject_request: SubjectRequest, kind: str, actor: Actor, now: dt.datetime, detail: str = ""
) -> list[Statement]:
    """As `note_history`, for an act that sends more in the same round trip: the caller runs all of them, or none."""
    _, statements = _history(
        subject_request=subject_request, kind=kind, actor=actor, now=now, detail=detail, moved_from=""
    )
    return statements


def _history(
    *, subject_request: SubjectRequest, kind: str, actor: Actor, now: dt.datetime, detail: str, moved_from: str
) -> tuple[HistoryRow, list[Statement]]:
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
    return row, evidence_statements(
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


def note_histories(
    *, subject_request: SubjectRequest, kind: str, details: Iterable[str], actor: Actor, now: dt.datetime
) -> None:
    """As `note_history` for several rows of one kind, in one go."""
    is_demo = subject_request.is_demo or in_demo()
    same = {
        "subject_request_id": str(subject_request.pk),
        "kind": kind,
        "from_state": "",
        "to_state": "",
        "actor_kind": actor.kind.value,
        "actor_id": str(actor.id) if actor.id else None,
    }
    rows = [
        BulkEvidence(
            (str(uuid.uuid4()), clock.canonical(now), is_demo, *_in_order({**same, "detail": detail})),
            str(subject_request.subject_id) if subject_request.subject_id else None,
            payload_text(HISTORY, kind=kind, from_state="", to_state="", detail=detail),
            (SubjectRequest._meta.label, str(subject_request.pk)),
        )
        for detail in details
    ]
    append_evidence_in_bulk(HistoryRow, rows, event=HISTORY, actor=actor)


def _in_order(values: dict[str, str | None]) -> Iterator[str | None]:
    return (values[name] for name in HistoryRow.hashed_fields)


Listener = Callable[[SubjectRequest, dt.datetime], None]
_closing: list[Listener] = []


def on_closing(listener: Listener) -> None:
    """Call this in the transaction in which a case is closed, before it is: with the case, every right decided, and
    the moment. It writes rows, or raises a DomainError that names what keeps the case open."""
    if listener not in _closing:
        _closing.append(listener)


@transaction.atomic
def move(
    *, subject_request: SubjectRequest, to: State, kind: str, actor: Actor, now: dt.datetime, detail: str = ""
) -> SubjectRequest:
    """Move a case to another state.

    Raises DomainError where the table of transitions does not allow it, StaleState where somebody
    else moved it first. The given instance is brought up to date.
    """
    old = subject_request.state
    _require_own_way(subject_request, kind)
    if not may_move(old, to):
        raise DomainError(f"A request that is {old} cannot become {to}.", code="transition")
    if to is State.CLOSED:
        for listener in _closing:
            listener(subject_request, now)
    changes: dict[str, object] = {"state": to}
    if to in ENDED:
        changes["closed_at"] = now
    elif old in ENDED:  # taken up again: it counts as before, and keeps how to reach the person
        changes["closed_at"] = None
    if change_where(SubjectRequest, {"id": subject_request.pk, "state": old}, **changes) != 1:
        raise StaleState("Somebody else changed this request meanwhile. Load the page again.")
    for name, value in changes.items():
        setattr(subject_request, name, value)
    if to in ENDED:
        _let_contact_go(subject_request, now)
    elif old in ENDED:
        Contact.objects.filter(subject_request=subject_request).update(erase_on=None)
    note_history(subject_request=subject_request, kind=kind, actor=actor, now=now, detail=detail, moved_from=old)
    return subject_request


def _require_own_way(subject_request: SubjectRequest, kind: str) -> None:
    """What a business customer filed moves by its own acts only: another way would tell the customer nothing."""
    if subject_request.channel == Channel.OPENDSR and not kind.startswith(Channel.OPENDSR):
        raise DomainError(
            "A business customer filed this by OpenDSR. Carry it out, or send it back, on its OpenDSR page.",
            code="opendsr",
        )


def _let_contact_go(subject_request: SubjectRequest, now: dt.datetime) -> None:
    """Set the day on which the contact goes: three months on, sooner where nobody ever confirmed it."""
    days = REOPENS_FOR.days if subject_request.state == State.EXPIRED else CONTACT_KEPT_DAYS
    erase_on = clock.local_date(now, settings.KEPT_TIME_ZONE) + dt.timedelta(days=days)
    change_where(Contact, {"subject_request_id": subject_request.pk, "erase_on": None}, erase_on=erase_on)
