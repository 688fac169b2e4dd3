"""Values as the two database engines hand them to a raw cursor, and the columns of a standing decision."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from django.db import connection

from consent.models import Preference
from consent.rules import Standing

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
STANDING = (
    "p.channel, p.status, p.version, p.event_id, p.expires_at, p.subject_id, p.changed_at, p.policy_on, "
    "p.paused_until, p.pace, p.door, p.source, p.given_at"
)

STANDING_IN_TEXT = STANDING.replace("p.event_id", "p.event_id::text").replace("p.subject_id", "p.subject_id::text")


def standing(columns: Sequence[Any]) -> Standing:
    """The STANDING columns of one row of preferences."""
    return standing_reader()(columns)


def standing_reader() -> Callable[[Sequence[Any]], Standing]:
    """`standing` for many rows: the engine is looked up once."""
    return _from_sqlite if connection.vendor == "sqlite" else _made


_made: Callable[[Sequence[Any]], Standing] = partial(tuple.__new__, Standing)  # the driver makes the types by itself


def _from_sqlite(columns: Sequence[Any]) -> Standing:
    channel, status, version, event, expires, subject, changed, policy_on, paused, pace, door, source, given = columns
    return Standing(
        channel,
        status,
        version,
        as_uuid(event),
        as_time(expires),
        as_uuid(subject),
        as_time(changed) or LONG_AGO,
        dt.date.fromisoformat(policy_on) if isinstance(policy_on, str) else policy_on,
        as_time(paused),
        pace,
        door,
        source,
        as_time(given),
    )


def standing_of(row: Preference) -> Standing:
    """A preference as the rules take it."""
    return Standing(
        row.channel,
        row.status,
        row.version,
        row.event_id,
        row.expires_at,
        row.subject_id,
        row.changed_at,
        row.policy_on,
        row.paused_until,
        row.pace,
        row.door,
        row.source,
        row.given_at,
    )


def marks(values: Collection[Any]) -> str:
    """As many marks as there are values."""
    return ", ".join(["%s"] * len(values))


def as_uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))


def for_db(value: uuid.UUID) -> Any:
    return value.hex if connection.vendor == "sqlite" else value


def as_time(value: Any) -> dt.datetime | None:
    if value is None or isinstance(value, dt.datetime):
        return value if value is None or value.tzinfo else value.replace(tzinfo=dt.UTC)
    return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
