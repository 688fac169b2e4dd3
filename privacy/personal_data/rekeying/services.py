"""Seal anew what hangs on an older key, and say when that key may go.

Each chunk is a transaction of its own, and what is done is seen by its key id: whoever is killed begins again and finds
only the rest. Nothing stands still meanwhile: every process reads under all keys of its file.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from privacy.audit.models import AuditEvent
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.keyring import UnreadableValue, keyring
from privacy.personal_data.audit_events import KEYS_ROTATED
from privacy.personal_data.rekeying.columns import KeyedColumn, keyed_columns

CHUNK = 500
LINKS_LIVE = dt.timedelta(days=60)  # how long a link in a mail must work; CASL asks for that of unsubscribing


@dataclass
class Rotated:
    """`done` by column, and `stuck`: what could not be made anew, by column."""

    done: dict[str, int] = field(default_factory=dict)
    stuck: dict[str, int] = field(default_factory=dict)


def rotate_keys(*, actor: Actor, now: dt.datetime, tell: Callable[[str], None] = lambda _text: None) -> Rotated:
    """Bring every column under the primary key. It may be run at any time, and again."""
    found = Rotated()
    for column in keyed_columns():
        done, stuck = _bring_over(column)
        if done or stuck:
            tell(f"{column.label}: {done}" + (f", and {stuck} that cannot be read" if stuck else ""))
        found.done |= {column.label: done} if done else {}
        found.stuck |= {column.label: stuck} if stuck else {}
    done, stuck = sum(found.done.values()), sum(found.stuck.values())
    if done or last_clean(keyring().primary) is None:
        with transaction.atomic():
            record(KEYS_ROTATED, actor=actor, at=now, key=keyring().primary, values=done, stuck=stuck)
    return found


def count_old() -> dict[str, int]:
    """Column → how many values hang on an older key; those that have some."""
    counts = ((column.label, column.under_old_keys().count()) for column in keyed_columns())
    return {label: count for label, count in counts if count}


def last_clean(key: str) -> dt.datetime | None:
    """When nothing hung on an older key any more for the first time since this one is the primary."""
    for event in AuditEvent.objects.filter(type=KEYS_ROTATED.code).order_by("at"):
        payload = json.loads(event.payload)
        if payload["key"] == key and not payload["stuck"]:
            at: dt.datetime = event.at
            return at
    return None


def may_go_on() -> dt.date | None:
    """From which day the older keys may go, where nothing is sealed under them; None before a clean rotation."""
    clean = last_clean(keyring().primary)
    return (clean + LINKS_LIVE).date() if clean else None


def _bring_over(column: KeyedColumn) -> tuple[int, int]:
    done = stuck = 0
    for keys in _pages(column):
        try:
            with transaction.atomic():
                written, bad = _write(column, keys)
        except IntegrityError:  # the same under both keys: one by one, so that only those are left
            written = bad = 0
            for key in keys:
                one, other = _alone(column, key)
                written, bad = written + one, bad + other
        done, stuck = done + written, stuck + bad
    return done, stuck


def _pages(column: KeyedColumn) -> Iterator[list[Any]]:
    last: Any = None
    while True:
        rest = column.under_old_keys().filter(Q() if last is None else Q(pk__gt=last)).order_by("pk")
        keys = list(rest.values_list("pk", flat=True)[:CHUNK])
        if keys:
            yield keys
        if len(keys) < CHUNK:
            return
        last = keys[-1]


def _alone(column: KeyedColumn, key: Any) -> tuple[int, int]:
    try:
        with transaction.atomic():
            return _write(column, [key])
    except IntegrityError:
        return 0, 1


def _write(column: KeyedColumn, keys: list[Any]) -> tuple[int, int]:
    """Make the values of these rows anew, under a lock: what somebody else wrote meanwhile is not lost."""
    model = column.model
    target: Any = model._meta.get_field(column.column)
    values, stuck = [], 0
    rows = column.under_old_keys().filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
    for row in rows:
        try:
            made = column.remake(row)
        except (UnreadableValue, LookupError):
            stuck += 1
            continue
        prepared = target.get_db_prep_save(made, connection)
        values.append((prepared, model._meta.pk.get_db_prep_save(row.pk, connection)))
    if not values:
        return 0, stuck
    names = connection.ops.quote_name
    table, pk = names(model._meta.db_table), names(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {names(str(target.column))} = %s WHERE {pk} = %s", values)  # noqa: S608 - names of a model
    return len(values), stuck
