"""What may stop an erasure: legal holds and whatever else an app registers.

Guards are asked when a plan is made, and again inside the deleting transaction. An empty registry
refuses: an erasure that nobody was asked about does not happen.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import Person


@dataclass(frozen=True, slots=True)
class Held:
    """Why a row stays: a sentence, the ground's code, and when it is looked at again."""

    reason: str
    ground: str
    review_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a guard keeps of a whole table: everything, or the rows about these people."""

    subject_ids: frozenset[uuid.UUID] = frozenset()
    is_all: bool = False


Guard = Callable[[Person | None, str, Sequence[str]], dict[str, Held]]
TableGuard = Callable[[str], Kept]
ManyGuard = Callable[[Person, Mapping[str, Sequence[str]]], dict[str, dict[str, Held]]]
_guards: dict[str, Guard] = {}
_many_guards: dict[str, ManyGuard] = {}
_table_guards: dict[str, TableGuard] = {}


class NoGuards(DomainError):
    """No guard is registered, so nothing may be erased."""

    code = "no_guards"
    http_status = 500


def register(name: str, guard: Guard, *, of_table: TableGuard | None = None, of_many: ManyGuard | None = None) -> None:
    """Add a guard: called with the person (None inside the deleting transaction), the table and the
    row keys, it returns the keys it holds. ValueError where the name is taken.

    `of_table` is the same question about a whole table, asked inside the deleting transaction: a guard
    that can answer it spares a question about every row. `of_many` is the same question about rows of
    several tables, all of one person, for a preview.
    """
    if name in _guards:
        raise ValueError(f"The guard {name} is registered twice.")
    _guards[name] = guard
    if of_table:
        _table_guards[name] = of_table
    if of_many:
        _many_guards[name] = of_many


def held_rows(person: Person | None, table: str, keys: Sequence[str]) -> dict[str, Held]:
    """The keys that some guard holds; NoGuards where there is no guard to ask."""
    if not _guards:
        raise NoGuards("No guard is installed, so nothing may be erased. Install privacy.retention.")
    held: dict[str, Held] = {}
    for guard in _guards.values():
        held.update(guard(person, table, keys))
    return held


def held_among(person: Person, keys: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Held]]:
    """As `held_rows`, for rows of several tables that are all of one person: table → the keys that some guard holds."""
    if not _guards:
        raise NoGuards("No guard is installed, so nothing may be erased. Install privacy.retention.")
    held: dict[str, dict[str, Held]] = {table: {} for table in keys}
    for name, guard in _guards.items():
        of_many = _many_guards.get(name)
        found = (
            of_many(person, keys) if of_many else {table: guard(person, table, some) for table, some in keys.items()}
        )
        for table, rows in found.items():
            held[table].update(rows)
    return held


def kept_of(table: str) -> Kept | None:
    """What all guards together keep of a table, for a deleting transaction; None where some guard can only
    be asked row by row. NoGuards where there is no guard to ask."""
    if not _guards:
        raise NoGuards("No guard is installed, so nothing may be erased. Install privacy.retention.")
    if not _guards.keys() <= _table_guards.keys():
        return None
    answers = [_table_guards[name](table) for name in _guards]
    subjects = frozenset[uuid.UUID]().union(*(answer.subject_ids for answer in answers))
    return Kept(subjects, is_all=any(answer.is_all for answer in answers))
