"""What a person allowed at a moment: the events up to it, folded again, and decided by the policy of that day.

It answers as the decision did then, as far as permission goes: the same rules over the same standing decisions.
What is asked for now, or for a moment to come, knows every event, also one that a clock running ahead has dated
later.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from consent.models import ConsentEvent
from consent.rules import LOW, RAISED, Decision, Standing, Terms, decide
from consent.terms import terms_on
from consent.vocabulary import Door, Status
from privacy.kernel import clock
from privacy.kernel.together import fetch_together
from privacy.personal_data.models import Restriction
from privacy.personal_data.selectors import aliases_at, grouped
from privacy.policy.models import Purpose, VersionState

EASING = frozenset({Status.PAUSED, Status.SLOWED, Status.RESUMED})
Key = tuple[uuid.UUID, str, str]  # subject, purpose, channel


@dataclass(frozen=True, slots=True)
class PurposeState:
    """One purpose, or one channel of it, at the moment. `status` is empty where nothing was decided."""

    purpose: str
    channel: str
    status: str
    decision: Decision
    since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PersonState:
    """Everything about the subjects that stood for one person then. `notice_version` is the policy of that
    day; empty where there was none."""

    subject_ids: tuple[uuid.UUID, ...]
    is_restricted: bool
    notice_version: str
    purposes: tuple[PurposeState, ...]


def state_at(
    members: Iterable[uuid.UUID],
    at: dt.datetime,
    *,
    now: dt.datetime,
    terms: dict[str, Terms] | None = None,
    beside: "Sequence[QuerySet[Any]]" = (),
) -> list[PersonState]:
    """The state of a person at a moment; of each, where the subjects were not known to be one person yet.

    `members` is the alias set of now. For a moment that is not past, the state of now. `terms` are those of that day,
    where they are at hand; `beside` is asked in the same statement.
    """
    moment = min(at, now)
    if terms is None:
        terms = terms_on(clock.local_date(moment, settings.KEPT_TIME_ZONE))
    ids = list(members)
    events = _events(ids, None if at >= now else at)
    valid = _valid_days(events)
    restrictions = _restrictions(ids, moment)
    aliases = aliases_at(ids, moment)
    fetch_together(events, valid, restrictions, aliases, *beside)
    standings = _standings(events, {(on, code): days for on, code, days in valid})
    restricted = {row.subject_id for row in restrictions}
    return [
        PersonState(
            subject_ids=group,
            is_restricted=bool(restricted & set(group)),
            notice_version=next((one.notice_version for one in terms.values()), ""),
            purposes=tuple(_purposes(terms, group, standings, is_restricted=bool(restricted & set(group)), at=moment)),
        )
        for group in grouped(ids, aliases)
    ]


def _purposes(
    terms: dict[str, Terms],
    group: Sequence[uuid.UUID],
    standings: dict[Key, Standing],
    *,
    is_restricted: bool,
    at: dt.datetime,
) -> Iterable[PurposeState]:
    for code, one in terms.items():
        mine = [found for (owner, purpose, _), found in standings.items() if owner in group and purpose == code]
        for channel in ("", *sorted({found.channel for found in mine if found.channel})):
            decision = decide(one, mine, channel=channel, is_restricted=is_restricted, now=at)
            newest = max(
                (found for found in mine if found.channel == channel), key=lambda found: found.changed_at, default=None
            )
            yield PurposeState(
                code, channel, newest.status if newest else "", decision, newest.changed_at if newest else None
            )


def _events(ids: list[uuid.UUID], until: dt.datetime | None) -> "QuerySet[ConsentEvent]":
    """In the order in which they came to stand: a person's changes have rising times."""
    rows = ConsentEvent.objects.filter(subject_id__in=ids)
    if until is not None:
        rows = rows.filter(at__lte=until)
    return rows.order_by("at", "id")


def _standings(
    events: Iterable[ConsentEvent], valid: dict[tuple[dt.date | None, str], int | None]
) -> dict[Key, Standing]:
    """The events, folded. `valid`: for how many days a grant holds, by the policy that it was given to."""
    standings: dict[Key, Standing] = {}
    for event in events:
        for key in _touched(standings, event):
            standings[key] = fold(standings.get(key), event, valid.get((event.policy_on, event.purpose)))
    return standings


def _touched(standings: dict[Key, Standing], event: ConsentEvent) -> list[Key]:
    """What an event changes: its own line; where it asks for less, every line of the purpose that allows something."""
    if event.status not in EASING:
        return [(event.subject_id, event.purpose, event.channel)]
    mine = (event.subject_id, event.purpose)
    return [key for key, one in standings.items() if key[:2] == mine and one.status not in LOW]


def _valid_days(events: "QuerySet[ConsentEvent]") -> Any:
    """For how long a grant holds, by the policies that these events name."""
    days = events.order_by().values("policy_on")
    rows = Purpose.objects.filter(version__state=VersionState.PUBLISHED, version__effective_on__in=days)
    return rows.order_by().values_list("version__effective_on", "code", "valid_days")


def fold(before: Standing | None, event: ConsentEvent, valid_days: int | None) -> Standing:
    """The standing decision after one more event; what the projection does, without a row."""
    version = before.version + 1 if before else 1
    if event.status in EASING and before is not None:
        if event.status == Status.PAUSED:
            return before._replace(version=version, paused_until=event.until)
        if event.status == Status.SLOWED:
            return before._replace(version=version, pace="fewer")
        return before._replace(version=version, paused_until=None, pace="")
    expires_at = event.at + dt.timedelta(days=valid_days) if valid_days and event.status == Status.GIVEN else None
    if event.status == Status.EXPIRED and before is not None:
        expires_at = before.expires_at
    source = event.source_id if event.door == Door.SIGNAL and event.source_id else event.source_kind
    return Standing(
        channel=event.channel,
        status=event.status,
        version=version,
        event_id=event.pk,
        expires_at=expires_at,
        subject_id=event.subject_id,
        changed_at=event.at,
        policy_on=event.policy_on,
        paused_until=before.paused_until if before and event.status not in LOW else None,
        pace=before.pace if before and event.status not in LOW else "",
        door=event.door,
        source=source[:16],
        given_at=event.at if event.status in RAISED else before.given_at if before else None,
    )


def _restrictions(ids: list[uuid.UUID], at: dt.datetime) -> "QuerySet[Restriction]":
    open_then = Q(lifted_at__isnull=True) | Q(lifted_at__gt=at)
    return Restriction.objects.filter(open_then, subject_id__in=ids, since__lte=at)
