"""The hot reads behind decisions, by raw cursor: one question is one statement, its key included; a list of questions
is one statement more than its key, whatever its length."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from consent.columns import STANDING, STANDING_IN_TEXT, as_uuid, for_db, marks, standing, standing_reader
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
SELECT {STANDING}, {PERSON}, i."index", p.purpose
FROM accounts_identifier i
LEFT JOIN consent_preference p ON p.subject_id = i.subject_id AND p.purpose IN ({{purposes}})
WHERE i."index" IN ({{indexes}})"""  # noqa: S608 - names of columns
# PostgreSQL. A list's ids are compared and sent, nothing else, and its indexes are one text: to make and unmake a UUID
# costs as much as to read the row, and so does a parameter.
ASK_MANY_IN_TEXT = ASK_MANY.replace(STANDING, STANDING_IN_TEXT).replace(
    "IN ({indexes})", "= ANY(string_to_array(%s, E'\\n'))"
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


def ask_many(subjects: Iterable[tuple[str, str]], purposes: Iterable[str]) -> dict[tuple[str, str], Known]:
    """Everybody whom we know of these (kind, identifier), by what was asked for; merged people walk a few
    statements more. Raises InvalidInput for what cannot be an identifier."""
    indexes_of = indexer()
    asked = {subject: indexes_of(subject[0], identifiers.normalize(*subject)) for subject in dict.fromkeys(subjects)}
    indexes, codes = list({index for each in asked.values() for index in each}), list(purposes)
    if not indexes or not codes:
        return {}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(ASK_MANY.format(purposes=marks(codes), indexes=marks(indexes)), [*codes, *indexes])
        else:
            cursor.execute(ASK_MANY_IN_TEXT.format(purposes=marks(codes)), [*codes, "\n".join(indexes)])
        rows = cursor.fetchall()
    read = standing_reader()
    by_index: dict[str, Known] = {}
    merged: set[str] = set()
    for row in rows:
        is_merged, is_restricted, index, purpose = row[WIDTH:]
        known = by_index.get(index)
        if known is None:
            known = by_index[index] = Known({}, bool(is_restricted))
        if purpose is not None:
            if (said := known.standings.get(purpose)) is None:
                said = known.standings[purpose] = []
            said.append(read(row[:WIDTH]))
        if is_merged:
            merged.add(index)
    for index in merged:
        by_index[index] = _whole(index) or Known({}, is_restricted=False)
    return {subject: known for subject, each in asked.items() for index in each if (known := by_index.get(index))}


def standings_of(kind: str, value: str) -> tuple[dict[str, list[Standing]], bool]:
    """Everything that stands for the person with this identifier, by purpose, and whether they are restricted.

    Raises InvalidInput for what cannot be an identifier.
    """
    for index in blind_indexes(kind, identifiers.normalize(kind, value)):
        known = _whole(index)
        if known is not None:
            return known
    return {}, False


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
