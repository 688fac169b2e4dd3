"""Reads of preferences. The hot ones go by raw cursor: one question is one statement, its key included."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from consent.columns import STANDING, as_uuid, for_db, marks, standing, standing_of
from consent.models import ConsentEvent, Preference
from consent.rules import Decision, Standing, decide
from consent.terms import terms_in_force
from privacy.kernel import clock, identifiers
from privacy.kernel.blind_index import blind_indexes
from privacy.personal_data.selectors import alias_set, is_restricted

UNKNOWN_PURPOSE = Decision(False, "unknown_purpose", trace=("deny:unknown_purpose",))


def decide_for(
    subject_ids: Sequence[uuid.UUID],
    purpose: str,
    *,
    now: dt.datetime,
    channel: str = "",
    category: str = "",
    region: str = "",
) -> Decision:
    """Decide for a person whose alias set is known (empty: nobody we know)."""
    terms = terms_in_force().get(purpose)
    if terms is None:
        return UNKNOWN_PURPOSE
    rows = Preference.objects.filter(subject_id__in=subject_ids, purpose=purpose)
    restricted = any(is_restricted(one) for one in subject_ids)
    standings = [standing_of(row) for row in rows]
    return decide(
        terms, standings, channel=channel, category=category, region=region, is_restricted=restricted, now=now
    )


PERSON_SQL = """
SELECT i.subject_id,
  EXISTS (SELECT 1 FROM personal_data_subjectalias a
          WHERE a.subject_id = i.subject_id OR a.canonical_id = i.subject_id),
  EXISTS (SELECT 1 FROM personal_data_restriction r WHERE r.subject_id = i.subject_id AND r.lifted_at IS NULL)
FROM accounts_identifier i WHERE i.kind = %s AND i."index" IN ({marks})"""
STANDING_SQL = """
SELECT p.purpose, {standing}
FROM consent_preference p
WHERE p.subject_id IN ({marks})"""


def standings_of(kind: str, value: str) -> tuple[dict[str, list[Standing]], bool]:
    """Every standing decision of the person with this identifier by purpose, and whether they are restricted.

    Raises InvalidInput for what cannot be an identifier.
    """
    indexes = blind_indexes(kind, identifiers.normalize(kind, value))
    with connection.cursor() as cursor:
        cursor.execute(PERSON_SQL.format(marks=marks(indexes)), [kind, *indexes])
        found = cursor.fetchall()
        if not found:
            return {}, False
        subjects = [row[0] for row in found]
        restricted = any(row[2] for row in found)
        if any(row[1] for row in found):
            members = {member for row in found for member in alias_set(as_uuid(row[0]))}
            restricted = any(is_restricted(member) for member in members)
            subjects = [for_db(member) for member in members]
        cursor.execute(STANDING_SQL.format(standing=STANDING, marks=marks(subjects)), subjects)
        standings: dict[str, list[Standing]] = {}
        for purpose, *columns in cursor.fetchall():
            standings.setdefault(purpose, []).append(standing(columns))
    return standings, restricted


ASK_SQL = """
SELECT k.id, k.scopes, i.subject_id,
  EXISTS (
    SELECT 1 FROM personal_data_subjectalias a WHERE a.subject_id = i.subject_id OR a.canonical_id = i.subject_id
  ),
  EXISTS (SELECT 1 FROM personal_data_restriction r WHERE r.subject_id = i.subject_id AND r.lifted_at IS NULL),
  {standing}
FROM accounts_apikey k
LEFT JOIN accounts_identifier i ON i.kind = %s AND i."index" IN ({marks})
LEFT JOIN consent_preference p ON p.subject_id = i.subject_id AND p.purpose = %s
WHERE k.key_hash = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s)"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one statement says: the key as the database gives it, and the person's standing decisions about
    the purpose. `is_merged` people are asked for by `standings_of`, which walks the merges."""

    key: Any
    scopes: str
    standings: list[Standing]
    is_restricted: bool
    is_merged: bool


def ask_once(key_hash: str, kind: str, value: str, purpose: str) -> Asked | None:
    """Key, person and preferences in one statement; None for a key that is not valid.

    Raises InvalidInput for what cannot be an identifier.
    """
    indexes = blind_indexes(kind, identifiers.normalize(kind, value))
    with connection.cursor() as cursor:
        cursor.execute(
            ASK_SQL.format(standing=STANDING, marks=marks(indexes)), [kind, *indexes, purpose, key_hash, clock.now()]
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    return Asked(
        key=rows[0][0],
        scopes=rows[0][1],
        standings=[standing(row[5:]) for row in rows if row[10] is not None],
        is_restricted=any(row[4] for row in rows),
        is_merged=any(row[3] for row in rows),
    )


def preferences_of(subject_ids: Iterable[uuid.UUID]) -> dict[str, list[Preference]]:
    """The person's standing decisions by purpose."""
    found: dict[str, list[Preference]] = {}
    for row in Preference.objects.filter(subject_id__in=list(subject_ids)):
        found.setdefault(row.purpose, []).append(row)
    return found


def history_of(subject_ids: Iterable[uuid.UUID], *, limit: int = 100) -> list[ConsentEvent]:
    """What the person decided, the newest first."""
    return list(ConsentEvent.objects.filter(subject_id__in=list(subject_ids)).order_by("-at", "-id")[:limit])


def status_at(subject_ids: Iterable[uuid.UUID], purpose: str, at: dt.datetime) -> str:
    """The status as it stood at a moment, replayed from the events; empty where nothing was decided."""
    events = ConsentEvent.objects.filter(subject_id__in=list(subject_ids), purpose=purpose, channel="", at__lte=at)
    newest = events.order_by("-at", "-id").first()
    return newest.status if newest else ""
