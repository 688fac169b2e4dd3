"""Decide about what was found in a package: mask it, or let it stay with a reason and a second person."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction

from privacy.audit.services import record
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed, StaleState
from privacy.personal_data.contract import Person
from privacy.personal_data.leaks.audit_events import DECIDED, SCANNED
from privacy.personal_data.leaks.models import FindingState, LeakFinding
from privacy.personal_data.leaks.screening import KEEP, MASK, Screen
from privacy.personal_data.models import PreparedPackage

SHORTEST_REASON = 10
STATES = {"": FindingState.OPEN, MASK: FindingState.MASKED, KEEP: FindingState.KEPT}
DECISIONS = {FindingState.TO_MASK: MASK, FindingState.MASKED: MASK, FindingState.KEPT: KEEP}
HOLDS_BACK = (FindingState.OPEN, FindingState.TO_MASK, FindingState.PROPOSED)


def screen_for(package: PreparedPackage, person: Person) -> Screen:
    """Who looks through a package. Of a case, earlier decisions count again, and the rest waits for a person; nobody
    decides about a person's own package, so there everything is masked."""
    if package.case_id is None:
        return Screen(person, scope=str(package.pk), decided={}, default=MASK)
    earlier = LeakFinding.objects.filter(package__case_id=package.case_id, state__in=DECISIONS).order_by("created_at")
    decided = {mac: DECISIONS[FindingState(state)] for mac, state in earlier.values_list("mac", "state")}
    return Screen(person, scope=str(package.case_id), decided=decided)


def keep_findings(*, package: PreparedPackage, screen: Screen, now: dt.datetime) -> None:
    """Write what was found, in the transaction that makes the package ready."""
    decided = LeakFinding.objects.filter(package__case_id=package.case_id, state__in=DECISIONS).order_by("created_at")
    earlier = {row.mac: row for row in decided} if package.case_id else {}
    rows = []
    for note in screen.notes.values():
        row = LeakFinding(
            package=package,
            mac=note.mac,
            kind=note.kind,
            hint=note.hint,
            place=note.place[:200],
            row=note.row,
            column=note.column[:120],
            times=note.times,
            state=STATES[note.decision],
            created_at=now,
        )
        if before := earlier.get(note.mac):
            row.decided_by, row.decided_at, row.confirmed_by = before.decided_by, before.decided_at, before.confirmed_by
            row.reason, row.is_one_pair = before.reason, before.is_one_pair
        rows.append(row)
    if not rows and not screen.masked:
        return
    LeakFinding.objects.bulk_create(rows)
    package.masked = screen.masked
    package.save(update_fields=["masked"])
    record(
        SCANNED,
        actor=SYSTEM,
        at=now,
        subject_id=package.subject_id,
        target=package,
        is_demo=package.is_demo,
        found=len(rows),
        masked=screen.masked,
        open=sum(row.state == FindingState.OPEN for row in rows),
    )


def require_clean(package: PreparedPackage) -> None:
    """DomainError where something in the package is not decided, or was decided to be masked and is not yet."""
    held = list(package.findings.filter(state__in=HOLDS_BACK).values_list("state", flat=True))
    if FindingState.TO_MASK in held:
        raise DomainError("Values are to be masked: build the package again.", code="leaks")
    if held:
        raise DomainError(
            f"{len(held)} value{'s' if len(held) > 1 else ''} in the package may not be for this person. "
            "Look at what was found, and mask each or say why it stays.",
            code="leaks",
        )


@transaction.atomic
def mask(*, findings: Iterable[uuid.UUID], package: PreparedPackage, actor: Actor, now: dt.datetime) -> int:
    """Have these values left out when the package is built again. StaleState where none of them is open."""
    open_ones = package.findings.filter(pk__in=list(findings), state__in=[FindingState.OPEN, FindingState.PROPOSED])
    number = open_ones.update(state=FindingState.TO_MASK, decided_by=actor.id, decided_at=now, reason="")
    if not number:
        raise StaleState("These were decided already. Load the page again.")
    _note(package, "several", FindingState.TO_MASK, number, actor=actor, now=now)
    return number


@transaction.atomic
def propose_to_keep(*, finding: LeakFinding, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Say why a value stays; somebody else has to agree. InvalidInput(reason), StaleState where it was decided."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput("Say why it may stay, in a sentence.", field="reason")
    row = LeakFinding.objects.select_for_update().get(pk=finding.pk)
    if row.state != FindingState.OPEN:
        raise StaleState("This was decided already. Load the page again.")
    row.state, row.reason, row.decided_by, row.decided_at = FindingState.PROPOSED, reason.strip(), actor.id, now
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    _note(row.package, row.kind, FindingState.PROPOSED, 1, actor=actor, now=now)


@transaction.atomic
def agree_to_keep(*, finding: LeakFinding, actor: Actor, now: dt.datetime, is_one_pair: bool = False) -> None:
    """The second person's yes; `is_one_pair`: nobody else may say it, and the caller saw to the day in between.

    NotAllowed for whoever proposed it otherwise, StaleState where it was decided.
    """
    row = LeakFinding.objects.select_for_update().get(pk=finding.pk)
    if row.state != FindingState.PROPOSED:
        raise StaleState("This was decided already. Load the page again.")
    if actor.id is None or (actor.id == row.decided_by and not is_one_pair):
        raise NotAllowed("You proposed it, so somebody else has to agree.")
    row.state, row.confirmed_by, row.is_one_pair = FindingState.KEPT, actor.id, is_one_pair
    row.save(update_fields=["state", "confirmed_by", "is_one_pair"])
    _note(row.package, row.kind, FindingState.KEPT, 1, actor=actor, now=now)


def _note(package: PreparedPackage, kind: str, state: str, number: int, *, actor: Actor, now: dt.datetime) -> None:
    record(
        DECIDED,
        actor=actor,
        at=now,
        subject_id=package.subject_id,
        target=package,
        is_demo=package.is_demo,
        kind=kind,
        state=str(state),
        number=number,
    )
