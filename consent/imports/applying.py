"""Apply what was approved, chunk by chunk. A chunk and how far it got are one transaction: killed in between, the
next worker goes on after the last whole one, and nothing happens twice."""

import datetime as dt
import gc
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from accounts.models import Identifier
from consent.bulk import Change, Source, fresh_ids, write_in_bulk
from consent.imports.audit_events import CHUNK_APPLIED, IMPORT_APPLIED
from consent.imports.checking import Line, digest_of_list, open_import, policy_of, policy_promotional
from consent.imports.models import ConsentImport
from consent.imports.people import Known, people_of, subjects_by_index
from consent.imports.planning import Policy
from consent.imports.services import forget_file
from consent.imports.vocabulary import ImportState, Kind
from consent.rules import LOW
from consent.vocabulary import Door, Status
from privacy.audit.sealing import seal_pending
from privacy.audit.services import record
from privacy.jobs.claiming import Claim
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.blind_index import blind_index
from privacy.kernel.bulk_rows import write_rows
from privacy.kernel.errors import NotAllowed
from privacy.kernel.keyring import keyring
from privacy.personal_data.models import Subject
from privacy.policy.board import is_on
from privacy.policy.selectors import current_version

CHUNK = 10_000
SEALS_AFTER = dt.timedelta(seconds=20)  # four polls of any other worker
SOURCE = Source(Door.IMPORT, "import")
MAY_BECOME = LOW | {Status.REQUESTED}


def apply(claim: Claim) -> dict[str, int | str] | None:
    """The job."""
    row = ConsentImport.objects.get(pk=claim.payload["import"])
    if row.state != ImportState.APPLYING:
        return {"answer": "not_approved"}
    version = current_version()
    if digest_of_list(row) != row.digest or version.effective_on != row.policy_on:
        return _stop(claim, row, "What stands in the list is not what was approved. Nothing more of it is applied.")
    policy = policy_of(version)
    actor = Actor(ActorKind.STAFF if row.approved_by else ActorKind.OPERATOR, row.approved_by, via="import")
    values = _Values(row, policy)
    sealed_at = clock.now()
    while chunk := changes_to_apply(row, most=CHUNK):
        with _no_collection(), transaction.atomic():
            claim.hold()
            applied, people = apply_chunk(row, chunk, policy, values, actor, now=clock.now())
            moved = len(chunk) - applied
            row.applied_through = chunk[-1].id
            ConsentImport.objects.filter(pk=row.pk).update(
                applied_through=row.applied_through, applied=F("applied") + applied, moved_on=F("moved_on") + moved
            )
            record(
                CHUNK_APPLIED,
                actor=actor,
                at=clock.now(),
                target=row,
                is_demo=row.is_demo,
                changes=applied,
                people=people,
                moved_on=moved,
            )
            claim.note_progress()
        if clock.now() - sealed_at >= SEALS_AFTER:  # where nobody else polls, or too many come for the polls
            sealed_at = _seal_all()
    return _finish(claim, row, actor)


@contextmanager
def _no_collection() -> Iterator[None]:
    """A chunk makes a hundred thousand small objects and no cycle: the collector would look at every object of the
    process again and again, for a sixth of the time, and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _seal_all() -> dt.datetime:
    while seal_pending(now=clock.now()):
        pass
    return clock.now()


class Approved(NamedTuple):
    """One change of the approved list."""

    id: int
    line: int
    person: str
    subject_id: uuid.UUID | None
    purpose: str
    channel: str
    kind: str
    before: str
    after: str
    said_at: dt.datetime | None


def changes_to_apply(row: ConsentImport, *, most: int) -> list[Approved]:
    """What is left of the approved list, in order."""
    kinds = [Kind.LOWER, Kind.ASK_AGAIN] if row.asks_again else [Kind.LOWER]
    left = row.changes.filter(kind__in=kinds, id__gt=row.applied_through).order_by("id")
    return [Approved(*values) for values in left.values_list(*Approved._fields)[:most]]


def _stop(claim: Claim, row: ConsentImport, why: str) -> dict[str, int | str]:
    with transaction.atomic():
        claim.hold()
        ConsentImport.objects.filter(pk=row.pk).update(state=ImportState.FAULTY, fault=why)
        forget_file(row)
    return {"answer": "not_what_was_approved"}


def _finish(claim: Claim, row: ConsentImport, actor: Actor) -> dict[str, int | str]:
    with transaction.atomic():
        claim.hold()
        row.refresh_from_db()
        ConsentImport.objects.filter(pk=row.pk).update(state=ImportState.APPLIED, finished_at=clock.now())
        forget_file(row)
        record(
            IMPORT_APPLIED,
            actor=actor,
            at=clock.now(),
            target=row,
            is_demo=row.is_demo,
            applied=row.applied,
            moved_on=row.moved_on,
        )
        claim.finish({"answer": "applied", "applied": row.applied, "moved_on": row.moved_on})
    return {"answer": "applied"}


class _Values:
    """The identifiers of people whom nobody knows here yet: they stand in the file only, which is read along."""

    def __init__(self, row: ConsentImport, policy: Policy) -> None:
        lines, reader = open_import(row, policy_promotional(policy))
        self.kind = reader.kind
        self._lines: Iterator[Line] = lines
        self._kept: dict[int, str] = {}

    def of(self, numbers: Sequence[int]) -> dict[int, str]:
        """Line number → identifier, for lines that only ever go forward."""
        wanted, found = set(numbers), {}
        last = max(wanted, default=0)
        found = {number: value for number, value in self._kept.items() if number in wanted}
        if last > max(self._kept, default=0):
            for line in self._lines:
                if line.number in wanted:
                    found[line.number] = line.value
                if line.number >= last:
                    break
        self._kept = {last: found[last]} if last in found else {}  # a line may continue in the next chunk
        return found


def apply_chunk(
    row: ConsentImport,
    chunk: Sequence[Approved],
    policy: Policy,
    values: _Values,
    actor: Actor,
    *,
    now: dt.datetime,
) -> tuple[int, int]:
    """Write what still is as it was listed; how many changes, and how many new people. Who decided in the
    meantime keeps that."""
    named = values.of([each.line for each in chunk if each.subject_id is None])
    indexes = _indexes(values.kind, [each for each in chunk if each.subject_id is None], named)
    subjects = subjects_by_index(values.kind, set(named.values()), known=indexes)
    strangers = [value for value in dict.fromkeys(named.values()) if value not in subjects]
    known_ids = [each.subject_id for each in chunk if each.subject_id] + list(subjects.values())
    people = people_of(known_ids, lock=True)
    fresh = _make_people(row, values.kind, {value: indexes[value] for value in strangers}, now)
    changes = []
    for each in chunk:
        value = named.get(each.line, "")
        known = people.get(each.subject_id or subjects.get(value) or uuid.UUID(int=0))
        change = _change(row, each, known, fresh=fresh.get(value, ""), policy=policy, now=now)
        if change:
            changes.append(change)
    write_in_bulk(changes, source=SOURCE, actor=actor)
    return len(changes), len(fresh)


def _change(
    row: ConsentImport, each: Approved, known: Known | None, *, fresh: str, policy: Policy, now: dt.datetime
) -> Change | None:
    """The decision to write, or nothing where another one stands by now."""
    if each.after not in MAY_BECOME and is_on("consent.import_only_lowers"):
        raise NotAllowed("An import can only lower.", code="raises")
    before = known.at(each.purpose, each.channel) if known else None
    if (known is None and not fresh) or (before.status if before else "") != each.before:
        return None
    if known and each.kind == Kind.ASK_AGAIN:
        return None  # they are known by now: whatever they said counts
    latest = max((one.changed_at for one in known.standings.get(each.purpose, ())), default=now) if known else now
    return Change(
        subject_id=str(known.members[0]) if known else fresh,
        is_demo=row.is_demo or bool(known and known.is_demo),
        wording=policy.wordings[each.purpose],
        channel=each.channel,
        status=each.after,
        before=before,
        at=now if latest <= now else latest + dt.timedelta(microseconds=1),
        source_id=f"{row.pk.hex}:{each.line}",
        said_at=clock.canonical(each.said_at) if each.said_at else None,
    )


def _indexes(kind: str, chunk: Sequence[Approved], named: Mapping[int, str]) -> dict[str, str]:
    """Value → its index under the primary key: the one in the list, unless the key was changed since."""
    current = f"{keyring().primary}:"
    found: dict[str, str] = {}
    for each in chunk:
        if value := named.get(each.line):
            found[value] = each.person if each.person.startswith(current) else blind_index(kind, value)
    return found


def _make_people(row: ConsentImport, kind: str, values: Mapping[str, str], now: dt.datetime) -> dict[str, str]:
    """A subject and an identifier for each stranger who said no: that is how a suppressed address stays so."""
    at, ring = clock.canonical(now), keyring()
    ids = dict(zip(values, fresh_ids(len(values)), strict=True))
    write_rows(Subject, ("id", "created_at", "is_demo"), ((pk, at, row.is_demo) for pk in ids.values()))
    table = f"{Identifier._meta.db_table}|value|"
    write_rows(
        Identifier,
        ("id", "subject", "kind", "value", "index", "source", "created_at", "is_demo"),
        (
            (
                pk, ids[value], kind, ring.seal(value.encode(), context=f"{table}{pk}"), index,
                "import", at, row.is_demo,
            )
            for (value, index), pk in zip(values.items(), fresh_ids(len(values)), strict=True)
        ),
    )  # fmt: skip
    return ids
