"""Erase again whom a restored backup brought back: every handler, chunk by chunk, holds respected.

The erasure was approved once and stands in the journal, so nobody approves it a second time. Running it
again changes nothing; after a kill it is simply run again.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.personal_data.contract import (
    Action,
    Chunk,
    ChunkResult,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    TablePlan,
    Treatment,
)
from privacy.personal_data.ordering import in_erasure_order
from privacy.retention.audit_events import REPLAYED, REPLAYED_CHUNK
from privacy.retention.returned import Match, find_matches, load_journal

CHUNK_ROWS = 500


@dataclass(slots=True)
class Returned:
    """One person who came back: rows found by table, what was done, and what is still there."""

    match: Match
    found: dict[str, int] = field(default_factory=dict)
    erased: int = 0
    held: int = 0
    left: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Replay:
    """`known`: people of the journal who are in the database at all, most of them as a bare id;
    `unreadable`: lines and identifiers that no key at hand opens."""

    known: int
    unreadable: int
    returned: list[Returned]

    @property
    def is_clean(self) -> bool:
        """Whether nobody is left who should not be here."""
        return not self.unreadable and not any(one.left or one.problems for one in self.returned)


def replay_erasures(
    *, actor: Actor, now: dt.datetime, since: dt.datetime | None = None, is_dry_run: bool = False
) -> Replay:
    """Find whoever came back and erase them again, or only list them."""
    journal = load_journal(since=since)
    matches, unreadable = find_matches(journal)
    returned = []
    for match in matches:
        one = Returned(match)
        one.found = _still_there(one)
        if not one.found and not one.problems:
            continue
        returned.append(one)
        if not is_dry_run:
            _erase_again(one, actor, now)
    return Replay(len(matches), journal.unreadable + unreadable, returned)


def _still_there(one: Returned) -> dict[str, int]:
    """Rows by table, asked by the person and not by any plan; rows that are held or retained are none."""
    rows: dict[str, int] = {}
    for handler in _asked(one.match):
        try:
            found = handler.verify(one.match.person, HandlerPlan(handler.key, Action.ERASE))
        except HandlerUnavailable as error:
            one.problems.append(f"{handler.label} did not answer ({error}). Run this again when it does.")
            continue
        for residual in found:
            rows[residual.table] = rows.get(residual.table, 0) + residual.rows
    return rows


def _asked(match: Match) -> Iterator[Handler]:
    """Outside systems know a person by identifiers only; without one there is nothing to ask them."""
    for handler in in_erasure_order():
        if handler.system == "kept" or match.identities:
            yield handler


def _erase_again(one: Returned, actor: Actor, now: dt.datetime) -> None:
    one.problems.clear()
    for handler in _asked(one.match):
        try:
            plan = handler.plan(one.match.person, Action.ERASE, now=now)
            one.problems += [f"{handler.label}: {problem}" for problem in plan.problems]
            for table in plan.tables if not plan.problems else ():
                _erase_table(one, handler, table, actor, now)
        except HandlerUnavailable as error:
            one.problems.append(f"{handler.label} did not answer ({error}). Run this again when it does.")
    if not one.problems:
        one.left = _still_there(one)
    with transaction.atomic():
        record(
            REPLAYED,
            actor=actor,
            at=now,
            subject_id=one.match.person.subject_ids[0],
            scope=one.match.erasure.scope,
            erased=one.erased,
            held=one.held,
            left=sum(one.left.values()) + len(one.problems),
        )


def _erase_table(one: Returned, handler: Handler, table: TablePlan, actor: Actor, now: dt.datetime) -> None:
    if table.treatment is Treatment.RETAIN:
        return
    for start in range(0, len(table.keys), CHUNK_ROWS):
        keys = table.keys[start : start + CHUNK_ROWS]
        key = f"replay:{one.match.erasure.scope}:{handler.key}:{table.table}:{keys[0]}"
        chunk = Chunk(table, keys, idem_key=key, fence=int(now.timestamp()))
        if handler.is_transactional:
            with transaction.atomic():
                _note(one, table, handler.apply_chunk(chunk), actor, now)
        else:
            result = handler.apply_chunk(chunk)
            with transaction.atomic():
                _note(one, table, result, actor, now)


def _note(one: Returned, table: TablePlan, result: ChunkResult, actor: Actor, now: dt.datetime) -> None:
    erased = result.removed + result.anonymized
    one.erased += erased
    one.held += result.retained
    if not erased:
        return
    record(
        REPLAYED_CHUNK,
        actor=actor,
        at=now,
        subject_id=one.match.person.subject_ids[0],
        scope=one.match.erasure.scope,
        table=table.table,
        removed=result.removed,
        anonymized=result.anonymized,
        held=result.retained,
    )
