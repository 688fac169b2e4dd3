"""Whose is a record that carries an identifier of the person? Somebody of legal says so, record by record.

A ruling counts for its case: the preview, the frozen plan, the run, the look after it and the copy go by it. It cannot
be changed under a frozen plan; who approves that sees it.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from dsr.audit_events import RECORD_RULED, RECORDS_COMPARED
from dsr.models import RecordRuling, SubjectRequest
from dsr.states import State
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed, StaleState
from privacy.kernel.ready import Ready
from privacy.personal_data.candidates import Candidate, CandidateHolder, Ruling
from privacy.personal_data.contract import HandlerUnavailable, Person, handlers

RULINGS = Ready(
    lambda case: RecordRuling.objects.filter(subject_request_id=case).values_list("system", "table", "key", "is_theirs")
)
RULED_IN = frozenset({State.RECEIVED, State.BLOCKED})  # not under a plan that waits or runs


@dataclass(frozen=True, slots=True)
class Compared:
    """The records of one system that have to be told apart, or why it cannot show them."""

    system: str
    label: str
    candidates: Sequence[Candidate]
    silent: str = ""


def with_rulings(person: Person, subject_request: SubjectRequest) -> Person:
    """The person with what was ruled in this case."""
    rulings = tuple(Ruling(*row) for row in RULINGS.all(subject_request.pk))
    return dataclasses.replace(person, rulings=rulings) if rulings else person


def rulings_of(subject_request: SubjectRequest) -> list[dict[str, Any]]:
    """What was ruled, and by whom, for a page."""
    rows = list(subject_request.rulings.all())
    names = {user.pk: user.name or user.email for user in User.objects.filter(pk__in={row.ruled_by for row in rows})}
    return [
        {
            "system": row.system,
            "table": row.table,
            "key": row.key,
            "is_theirs": row.is_theirs,
            "by": names.get(row.ruled_by, "somebody who is gone"),
            "decided_at": row.decided_at,
        }
        for row in rows
    ]


def compare_records(
    *, subject_request: SubjectRequest, person: Person, actor: Actor, now: dt.datetime
) -> list[Compared]:
    """The records of every system that may belong to several people. Looking at them is an act, and audited."""
    found = []
    for handler in handlers.all():
        if not isinstance(handler, CandidateHolder):
            continue
        try:
            found.append(Compared(handler.key, handler.label, handler.candidates(person)))
        except HandlerUnavailable as error:
            found.append(Compared(handler.key, handler.label, (), silent=str(error)))
    with transaction.atomic():
        record(
            RECORDS_COMPARED,
            actor=actor,
            at=now,
            subject_id=subject_request.subject_id,
            target=subject_request,
            is_demo=subject_request.is_demo,
            records=sum(len(each.candidates) for each in found),
        )
    return found


def rule_record(
    *,
    subject_request: SubjectRequest,
    person: Person,
    about: Mapping[str, str],
    is_theirs: bool,
    actor: Actor,
    now: dt.datetime,
) -> RecordRuling:
    """Note whose a record is: `about` names its system, table and key. The system is asked first, outside the
    transaction, whether the record carries an identifier of the person at all.

    Raises InvalidInput(record) for any other record, StaleState under a plan that is frozen or runs, DomainError where
    the system does not answer.
    """
    if actor.id is None:
        raise NotAllowed("Only a member of staff can say whose a record is.")
    system, table, key = about.get("system", ""), about.get("table", ""), about.get("key", "")
    handler = next((each for each in handlers.all() if each.key == system), None)
    if not isinstance(handler, CandidateHolder):
        raise InvalidInput("This system has no such records.", field="record")
    try:
        known = {(each.table, each.key) for each in handler.candidates(person)}
    except HandlerUnavailable as error:
        raise DomainError(f"{handler.label} did not answer ({error}). Try again when it does.") from None
    if (table, key) not in known:
        raise InvalidInput("This record carries no address of the person any more. Look again.", field="record")
    with transaction.atomic():
        case = SubjectRequest.objects.select_for_update().get(pk=subject_request.pk)
        if case.state not in RULED_IN or case.plans.filter(state="prepared").exists():
            raise StaleState("A plan is frozen or runs. Send it back first, then say whose the records are.")
        row, _ = RecordRuling.objects.update_or_create(
            subject_request=case,
            system=system,
            table=table,
            key=key,
            defaults={"is_theirs": is_theirs, "ruled_by": actor.id, "decided_at": now},
        )
        record(
            RECORD_RULED,
            actor=actor,
            at=now,
            subject_id=case.subject_id,
            target=case,
            is_demo=case.is_demo,
            system=system,
            table=table,
            is_theirs=is_theirs,
        )
    return row
