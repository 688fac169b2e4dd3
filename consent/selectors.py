"""Reads of preferences. The hot ones go by raw cursor: one question is one statement, its key included."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from consent.columns import standing_of
from consent.models import ConsentEvent, Preference
from consent.rules import Decision, decide
from consent.terms import terms_in_force
from consent.vocabulary import EASING
from privacy.personal_data.selectors import is_restricted

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
    newest = events.exclude(status__in=EASING).order_by("-at", "-id").first()
    return newest.status if newest else ""
