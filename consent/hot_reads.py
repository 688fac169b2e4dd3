"""The hot reads behind decisions, by raw cursor: one question is one statement, its key included; a list of questions
is one statement too, whatever its length."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import connection

from consent.columns import STANDING, STANDING_IN_TEXT, as_uuid, for_db, marks, reader_of_many, standing
from consent.rules import Standing
from privacy.kernel import identifiers
from privacy.kernel.blind_index import blind_indexes, indexer
from privacy.personal_data.selectors import alias_set, is_restricted

PERSON = """
  EXISTS (
    SELECT 1 FROM personal_data_subjectalias a WHERE a.subject_id = i.subject_id OR a.canonical_id = i.subject_id
  ),
  EXISTS (SELECT 1 FROM personal_data_restriction r WHERE r.subject_id = i.subject_id AND r.lifted_at IS NULL)"""
ASK_ONE = f"""
SELECT {STANDING}, {PERSON}, k.id, k.scopes
FROM accounts_apikey k
LEFT JOIN accounts_identifier i ON i.kind = %s AND i."index" IN ({{indexes}})
LEFT JOIN consent_preference p ON p.subject_id = i.subject_id AND p.purpose = %s
WHERE k.key_hash = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s)"""  # noqa: S608 - names
ASK_MANY = f"""
SELECT {STANDING}, i."index", p.purpose, {PERSON}, k.id, k.scopes
FROM accounts_apikey k
LEFT JOIN accounts_identifier i ON i."index" IN ({{indexes}})
LEFT JOIN consent_preference p ON p.subject_id = i.subject_id AND p.purpose IN ({{purposes}})
WHERE k.key_hash = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s)"""  # noqa: S608 - names
# PostgreSQL. A list's values come as texts, and its indexes go as one: a parameter costs as much as to read a row.
ASK_MANY_IN_TEXT = (
    ASK_MANY.replace(STANDING, STANDING_IN_TEXT)
    .replace("IN ({indexes})", "= ANY(string_to_array(%s, E'\\n'))")
    .replace("k.id,", "k.id::text,")
)
MEMBERS = f"""
SELECT {STANDING}, p.purpose FROM consent_preference p WHERE p.subject_id IN ({{subjects}})"""  # noqa: S608 - as above
WIDTH = STANDING.count(",") + 1
OWNER = 5  # of the standing columns: null where nothing was decided


class Person(NamedTuple):
    """What stands about one purpose. `is_merged` people are asked for by `ask_many`, which walks the merges."""

    standings: Sequence[Standing]
    is_restricted: bool
    is_merged: bool


class Asked(NamedTuple):
    """The key as the database gives it, and the person."""

    key: Any
    scopes: str
    person: Person


class Known(NamedTuple):
    """A person as a list of questions needs them: what stands, by purpose."""

    standings: dict[str, list[Standing]]
    is_restricted: bool


NOBODY = Known({}, is_restricted=False)


class Everybody(NamedTuple):
    """The key as the database gives it, and the people in the order in which they were asked for."""

    key: Any
    scopes: str
    people: list[Known]


def ask_once(key_hash: str, kind: str, value: str, purpose: str, now: dt.datetime) -> Asked | None:
    """Key, person and preferences in one statement; None for a key that is not valid.

    Raises InvalidInput for what cannot be an identifier.
    """
    indexes = blind_indexes(kind, identifiers.normalize(kind, value))
    with connection.cursor() as cursor:
        cursor.execute(ASK_ONE.format(indexes=marks(indexes)), [kind, *indexes, purpose, key_hash, now])
        rows = cursor.fetchall()
    if not rows:
        return None
    person = Person(
        [standing(row[:WIDTH]) for row in rows if row[OWNER] is not None],
        is_restricted=any(row[WIDTH + 1] for row in rows),
        is_merged=any(row[WIDTH] for row in rows),
    )
    return Asked(rows[0][WIDTH + 2], rows[0][WIDTH + 3], person)


def ask_many(
    key_hash: str, subjects: Sequence[tuple[str, str]], purposes: Collection[str], now: dt.datetime
) -> Everybody | None:
    """Key and everybody, each by (kind, identifier), in one statement; merged people walk a few more. There is at
    least one of each. None for a key that is not valid.

    Raises InvalidInput for what cannot be an identifier.
    """
    indexes_of, normalize = indexer(), identifiers.normalize
    asked = [indexes_of(kind, normalize(kind, value)) for kind, value in subjects]
    indexes = {index for each in asked for index in each}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            statement, among = ASK_MANY.format(purposes=marks(purposes), indexes=marks(indexes)), [*indexes]
        else:
            statement, among = ASK_MANY_IN_TEXT.format(purposes=marks(purposes)), ["\n".join(indexes)]
        cursor.execute(statement, [*among, *purposes, key_hash, now])
        rows = cursor.fetchall()
    if not rows:
        return None
    read = reader_of_many()
    by_index: dict[str, Known] = {}
    merged: set[str] = set()
    for row in rows:
        index, purpose, is_merged, is_restricted, key, scopes = row[WIDTH:]
        if (known := by_index.get(index)) is None:
            known = by_index[index] = Known({}, bool(is_restricted))
        if purpose is not None:
            known.standings.setdefault(purpose, []).append(read(row[:WIDTH]))
        if is_merged:
            merged.add(index)
    for index in merged:
        by_index[index] = _whole(index) or NOBODY
    return Everybody(key, scopes, [_first(by_index, each) for each in asked])


def _first(by_index: dict[str, Known], indexes: list[str]) -> Known:
    """One for each key of the installation, of which there is mostly one."""
    for index in indexes:
        if known := by_index.get(index):
            return known
    return NOBODY


def standings_of(kind: str, value: str) -> Known:
    """Everything that stands for the person with this identifier.

    Raises InvalidInput for what cannot be an identifier.
    """
    for index in blind_indexes(kind, identifiers.normalize(kind, value)):
        known = _whole(index)
        if known is not None:
            return known
    return NOBODY


def _whole(index: str) -> Known | None:
    """A merged person: what stands for any of their subjects."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT subject_id FROM accounts_identifier WHERE "index" = %s', [index])
        roots = [as_uuid(row[0]) for row in cursor.fetchall()]
        if not roots:
            return None
        members = list({member for root in roots for member in alias_set(root)})
        known = Known({}, any(is_restricted(member) for member in members))
        cursor.execute(MEMBERS.format(subjects=marks(members)), [for_db(member) for member in members])
        for row in cursor.fetchall():
            known.standings.setdefault(row[WIDTH], []).append(standing(row[:WIDTH]))
    return known
