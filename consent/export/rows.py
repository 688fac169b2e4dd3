"""What an export is made of: log entries with their place under the seals, and the evidence that they vouch for.

Everything is streamed in the order of the seals, so that writer and verifier keep one seal in memory, never more.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db import connection, transaction

from privacy.audit.models import AuditEvent, EvidenceModel, Seal, SealMember
from privacy.audit.raw_rows import Row, plain_columns, read, rows_by_id, table_of
from privacy.policy.audit_events import POLICY_PUBLISHED

FETCH = 2000
SEALED_AT_ONCE = 20_000  # leaves in memory
AT_KIND, AT_ID = (5 + AuditEvent.HASHED.index(f"evidence_{part}") for part in ("type", "id"))  # in a row of _entries


@dataclass(frozen=True, slots=True)
class Scope:
    """Which events: said from `since` up to and without `until`, of these subjects (None: of everybody)."""

    since: dt.datetime
    until: dt.datetime
    subject_ids: tuple[uuid.UUID, ...] | None = None


def kinds() -> dict[str, type[EvidenceModel]]:
    """The kinds of evidence that consent writes, by label."""
    return {model._meta.label: model for model in EvidenceModel.kinds() if model._meta.app_label == "consent"}


def hashed(model: type[EvidenceModel]) -> tuple[str, ...]:
    """The names of what a row's hash covers after kind and id, in order."""
    return ("at", "is_demo", *model.hashed_fields)


def log_entries(scope: Scope, last_seal: int) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Seal, place and entry of everything that the scope takes up to a seal. Every pass gives the same."""
    for row in _entries(scope, last_seal):
        yield row[0], row[1], _entry(row)


def sealed_leaves(scope: Scope, last_seal: int) -> Iterator[tuple[int, list[str]]]:
    """The leaves of each seal that an entry of the scope stands under."""
    waiting: list[int] = []
    room = SEALED_AT_ONCE
    for seal, group in groupby(_entries(scope, last_seal), key=itemgetter(0)):
        size = next(group)[2]
        if waiting and size > room:
            yield from _leaves(waiting)
            waiting, room = [], SEALED_AT_ONCE
        waiting.append(seal)
        room -= size
    if waiting:
        yield from _leaves(waiting)


def evidence_rows(scope: Scope, last_seal: int) -> Iterator[dict[str, Any]]:
    """What the entries of the scope vouch for, in their order."""
    entries = _entries(scope, last_seal)
    while rows := list(islice(entries, FETCH)):
        found = _evidence(rows)
        yield from (found[row[AT_ID]] for row in rows if row[AT_ID] in found)


def _leaves(seals: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
    marks = ", ".join(["%s"] * len(seals))
    sql = f"SELECT seal_id, leaf FROM {table_of(SealMember)} WHERE seal_id IN ({marks}) ORDER BY seal_id, position"  # noqa: S608 - marks
    for seal, group in groupby(read(sql, seals), key=itemgetter(0)):
        yield seal, [leaf for _, leaf in group]


def _entry(row: Row) -> dict[str, Any]:
    return {"id": row[3], "row_hash": row[4], **dict(zip(AuditEvent.HASHED, row[5:], strict=True))}


def _evidence(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """The evidence rows of these entries by id."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row[AT_ID]:
            wanted[row[AT_KIND]].append(row[AT_ID])
    found: dict[str, dict[str, Any]] = {}
    for label, ids in wanted.items():
        model = kinds()[label]
        names = ("row_hash", *hashed(model))
        for key, row in rows_by_id(model, names, ids).items():
            found[key] = {"kind": label, "id": key, **dict(zip(names, row[1:], strict=True))}
    return found


def _entries(scope: Scope, last_seal: int) -> Iterator[Row]:
    """Seal, place, size of the seal, id, hash and every hashed column of the chosen entries, in order."""
    event, member, seal = table_of(AuditEvent), table_of(SealMember), table_of(Seal)
    labels = list(kinds())
    adapt = connection.ops.adapt_datetimefield_value
    conditions = f"e.evidence_type IN ({', '.join(['%s'] * len(labels))}) AND e.at >= %s AND e.at < %s"
    values: list[Any] = [*labels, adapt(scope.since), adapt(scope.until)]
    if scope.subject_ids is not None:
        ids = scope.subject_ids or (uuid.UUID(int=0),)
        conditions += f" AND e.subject_id IN ({', '.join(['%s'] * len(ids))})"
        values += [one.hex if connection.vendor == "sqlite" else str(one) for one in ids]
    sql = (
        f"SELECT m.seal_id, m.position, s.size, e.id, e.row_hash, {plain_columns(AuditEvent, AuditEvent.HASHED, 'e')} "  # noqa: S608 - names of tables and columns
        f"FROM {event} e JOIN {member} m ON m.event_id = e.id JOIN {seal} s ON s.number = m.seal_id "
        f"WHERE m.seal_id <= %s AND (({conditions}) OR e.type = %s) ORDER BY m.seal_id, m.position"
    )
    with ExitStack() as stack:
        if connection.vendor == "postgresql":
            stack.enter_context(transaction.atomic())  # a cursor on the server lives in a transaction
        cursor = stack.enter_context(connection.chunked_cursor())
        cursor.execute(sql, [last_seal, *values, POLICY_PUBLISHED.code])
        while rows := cursor.fetchmany(FETCH):
            yield from rows
