"""Values as the two database engines hand them to a raw cursor, and the columns of a standing decision."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache, partial, reduce
from typing import Any

from django.db import connection

from consent.models import Preference
from consent.rules import Standing

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
STANDING = (
    "p.channel, p.status, p.version, p.event_id, p.expires_at, p.subject_id, p.changed_at, p.policy_on, "
    "p.paused_until, p.pace, p.door, p.source, p.given_at"
)

# PostgreSQL. Where many are read, the driver takes four times as long to make these values as Python takes to make
# those of them that are needed: ids are only compared and shown.
IN_TEXT = ("event_id", "expires_at", "subject_id", "changed_at", "policy_on", "paused_until", "given_at")
STANDING_IN_TEXT = reduce(lambda text, name: text.replace(f"p.{name}", f"p.{name}::text"), IN_TEXT, STANDING)


def standing(columns: Sequence[Any]) -> Standing:
    """The STANDING columns of one row of preferences."""
    return _from_sqlite(columns) if connection.vendor == "sqlite" else _made(columns)


def standing_from_text(columns: Sequence[Any]) -> Standing:
    """The STANDING_IN_TEXT columns of one row. The driver and Django see to it that times come as ISO 8601 in UTC."""
    channel, status, version, event, expires, subject, changed, policy_on, paused, pace, door, source, given = columns
    changed_at = _moment(changed)
    given_at = changed_at if given == changed else given and _moment(given)
    own = version, event, expires and _moment(expires), subject, changed_at, policy_on and _day(policy_on)
    return _made((channel, status, *own, paused and _moment(paused), pace, door, source, given_at))


def reader_of_many() -> Callable[[Sequence[Any]], Standing]:
    """What reads the rows of a list: the engine is looked up once."""
    return _from_sqlite if connection.vendor == "sqlite" else standing_from_text


_made: Callable[[Sequence[Any]], Standing] = partial(tuple.__new__, Standing)  # the driver makes the types by itself
_moment = dt.datetime.fromisoformat
_day = lru_cache(maxsize=1024)(dt.date.fromisoformat)  # of policies, of which there are few


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
