"""The guard that legal holds put before every erasure and disposal.

A hold on a person covers the whole alias set, also subjects merged into it later. Inside a deleting
transaction the guard takes a shared lock and placing a hold an exclusive one: a hold that has
committed is respected by every deletion that commits after it.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Q, QuerySet

from privacy.kernel.ready_together import ReadyTogether
from privacy.personal_data.contract import Person
from privacy.personal_data.declaring import declarations
from privacy.personal_data.guards import Held, Kept
from privacy.personal_data.models import Restriction, SubjectAlias
from privacy.policy.board import is_on
from privacy.retention.models import HoldTarget, LegalHold
from privacy.retention.rules import HOLD_GROUNDS

LOCK = 0x6B65_7074_686F_6C64  # one number for the whole installation
PAGE = 500
Mark = TypeVar("Mark")
Pairs = Iterable[tuple[uuid.UUID, uuid.UUID]]


def held_by_law(person: Person | None, table: str, keys: Sequence[str]) -> dict[str, Held]:
    """The keys of `table` that an open hold keeps, each with the hold that is longest open."""
    if not keys or not is_on("retention.holds"):
        return {}
    if person is None:
        lock_against_new_holds()
    targets = _targets(table) if _is_any_open() else []
    if not targets:
        return {}
    everybody = next((target.hold for target in targets if target.subject_id is None), None)
    if everybody:
        return dict.fromkeys(keys, _held(everybody))
    by_subject = _spread({target.subject_id: target.hold for target in reversed(targets) if target.subject_id})
    held = {key: _held(by_subject[subject]) for key, subject in _owners(table, keys) if subject in by_subject}
    if person and (hold := _hold_on(person, by_subject)):
        held = {**dict.fromkeys(keys, _held(hold)), **held}
    return held


def held_of_person(person: Person, keys: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Held]]:
    """The same answer as `held_by_law` gives table by table, for rows that are all of one person, in tables of ours or
    of outside systems; in one question, where one hold decides for everything that the person is known as."""
    if not is_on("retention.holds"):
        return {}
    shared = tuple(table for table in keys if table in declarations and not _has_one_owner(table))
    asked = [_adapted(table, keys[table]) for table in shared]
    targets, pairs, *found = _about_person(shared).all(person.subject_ids, *asked)
    owners = dict(zip(shared, found, strict=True))
    own = set(person.subject_ids)
    is_whole = {one for pair in pairs for one in pair} <= own
    held = {}
    for table, some in keys.items():
        here = [target for target in targets if target.table in _names_of(table)]
        everybody = next((target.hold for target in here if target.subject_id is None), None)
        holds = {target.subject_id: target.hold for target in reversed(here) if target.subject_id}
        is_one = len(set(holds.values())) < 2 or table not in declarations  # noqa: PLR2004 - more than one
        if everybody:
            held[table] = dict.fromkeys(some, _held(everybody))
        elif is_whole and is_one and (holds or {subject for _, subject in owners.get(table, ())} <= own):
            hold = _hold_on(person, _spread(holds, lambda _: pairs))
            held[table] = dict.fromkeys(some, _held(hold)) if hold else {}
        else:
            held[table] = held_by_law(person, table, some)
    return held


@lru_cache(maxsize=64)
def _about_person(shared: tuple[str, ...]) -> ReadyTogether:
    """What may hold a person, who else they are, and whom the rows of these tables are about."""
    return ReadyTogether(
        lambda subjects, *_: _open_targets().filter(Q(subject_id=None) | Q(subject_id__in=subjects)),
        lambda subjects, *_: _aliases_among(subjects),
        *(lambda _, *keys, t=table, n=number: _owners_of(t, keys[n]) for number, table in enumerate(shared)),
    )


def _adapted(table: str, keys: Sequence[str]) -> list[Any]:
    """Keys as their column holds them."""
    key: Any = declarations[table].model._meta.pk
    return [key.to_python(each) for each in keys]


def _hold_on(person: Person, by_subject: Mapping[uuid.UUID, LegalHold]) -> LegalHold | None:
    """The hold that covers the whole person, by any of their subjects."""
    return next((by_subject[one] for one in person.subject_ids if one in by_subject), None)


def _has_one_owner(table: str) -> bool:
    """Whether a row of this table of ours is about one person: nobody else's hold can keep it."""
    declared = declarations[table]
    model: Any = declared.model
    for name in declared.subject.split("__"):
        field = model._meta.get_field(name)
        if not field.concrete or field.many_to_many:
            return False
        model = field.related_model
    return True


def kept_by_law(table: str) -> Kept:
    """What open holds keep of a whole table: the same answer as `held_by_law` gives row by row."""
    lock_against_new_holds()
    targets = _targets(table)
    if any(target.subject_id is None for target in targets):
        return Kept(is_all=True)
    marked = {target.subject_id: True for target in targets if target.subject_id}
    return Kept(frozenset(_spread(marked)))


def _is_any_open() -> bool:
    """Whether there is any open hold: nearly always there is none, and this is asked before every chunk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM retention_legalhold WHERE released_at IS NULL LIMIT 1")
        return cursor.fetchone() is not None


def _targets(table: str) -> list[HoldTarget]:
    return list(_open_targets().filter(table__in=_names_of(table)))


def _open_targets() -> "QuerySet[HoldTarget]":
    """What open holds keep, the hold that is longest open first."""
    rows = HoldTarget.objects.filter(hold__released_at__isnull=True)
    return rows.select_related("hold").order_by("hold__opened_at", "hold_id", "id")


def _names_of(table: str) -> list[str]:
    """What a hold may name to keep a table: everything, the table, its whole outside system."""
    return ["", table, table.partition(".")[0]]


def lock_against_new_holds() -> None:
    """Hold the door to new holds until this transaction ends; SQLite has one writer anyway."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])


def lock_against_deletions() -> None:
    """Wait for the deletions that are on their way, and let none begin until this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _held(hold: LegalHold) -> Held:
    """What may be told: the ground. The reason of the matter stays with legal."""
    return Held(HOLD_GROUNDS[hold.ground], hold.ground, hold.review_on)


def restricted_subjects() -> frozenset[uuid.UUID]:
    """Who has restricted the use of their data, merges included: it is only stored, and not disposed of."""
    restricted = Restriction.objects.filter(lifted_at=None).values_list("subject_id", flat=True)
    return frozenset(_spread(dict.fromkeys(restricted, True)))


def rows_about(table: str, keys: Sequence[str], subjects: Collection[uuid.UUID]) -> set[str]:
    """Which of these rows are about these people."""
    return {key for key, subject in _owners(table, keys) if subject in subjects} if subjects else set()


def _owners(table: str, keys: Sequence[str]) -> Iterable[tuple[str, uuid.UUID]]:
    """Whom the rows of one of our tables are about; who a row of an outside system is about only the
    person tells."""
    if table in declarations:
        for key, subject in _owners_of(table, keys):
            yield str(key), subject


def _owners_of(table: str, keys: Sequence[str]) -> Any:
    declared = declarations[table]
    return declared.model._base_manager.filter(pk__in=keys).order_by().values_list("pk", declared.subject)


def _aliases_of(subjects: list[uuid.UUID]) -> Pairs:
    for start in range(0, len(subjects), PAGE):
        page = subjects[start : start + PAGE]
        yield from _aliases_among(page)


def _aliases_among(subjects: Any) -> "QuerySet[SubjectAlias, tuple[uuid.UUID, uuid.UUID]]":
    rows = SubjectAlias.objects.filter(Q(subject_id__in=subjects) | Q(canonical_id__in=subjects))
    return rows.order_by().values_list("subject_id", "canonical_id")


def _spread(
    marked: dict[uuid.UUID, Mark], aliases_of: Callable[[list[uuid.UUID]], Pairs] = _aliases_of
) -> dict[uuid.UUID, Mark]:
    """Every subject that is the same person as a marked one, with its mark."""
    by_subject = dict(marked)
    frontier = list(by_subject)
    while frontier:
        found: list[uuid.UUID] = []
        for one, other in aliases_of(frontier):
            for known, new in ((one, other), (other, one)):
                if known in by_subject and new not in by_subject:
                    by_subject[new] = by_subject[known]
                    found.append(new)
        frontier = found
    return by_subject
