"""Walk over the rows that are due, page by page, each with what must stay."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from privacy.personal_data.guards import held_rows
from privacy.retention.holding import restricted_rows
from privacy.retention.selectors import Rule

ROWS = 20_000  # in one transaction: 0.7 s on two cores, most of it the question to the holds


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows that are due, the oldest first. `held` are the keys that stay."""

    keys: list[Any]
    held: set[str]
    first: dt.datetime
    last: dt.datetime
    watermark: str

    @property
    def free(self) -> list[Any]:
        return [key for key in self.keys if str(key) not in self.held]


def next_page(rule: Rule, cutoff: dt.datetime, watermark: str, *, lock: bool = False) -> Page | None:
    """The rows behind the watermark; None where there are no more. `lock` them until the transaction ends."""
    column = rule.disposable.column
    rows = rule.due(cutoff)
    if watermark:
        at, key = _read(watermark)
        # The first condition is implied; it lets an index begin there instead of at the start.
        rows = rows.filter(Q(**{f"{column}__gt": at}) | Q(**{column: at, "pk__gt": key}), **{f"{column}__gte": at})
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = list(rows.values_list(column, "pk")[:ROWS])
    if not found:
        return None
    keys = [key for _, key in found]
    texts = [str(key) for key in keys]
    held = {*held_rows(None, rule.disposable.table, texts), *restricted_rows(rule.disposable.table, texts)}
    return Page(keys, held, _moment(found[0][0]), _moment(found[-1][0]), _write(*found[-1]))


def pages(rule: Rule, cutoff: dt.datetime) -> Iterator[Page]:
    """Every page, without touching a row."""
    watermark = ""
    while page := next_page(rule, cutoff, watermark):
        watermark = page.watermark
        yield page


def _write(at: dt.datetime | dt.date, key: Any) -> str:
    return json.dumps([at.isoformat(), str(key) if isinstance(key, uuid.UUID) else key])


def _read(watermark: str) -> tuple[Any, Any]:
    at, key = json.loads(watermark)
    return (dt.datetime.fromisoformat(at) if "T" in at else dt.date.fromisoformat(at)), key


def _moment(at: dt.datetime | dt.date) -> dt.datetime:
    return at if isinstance(at, dt.datetime) else dt.datetime.combine(at, dt.time(), dt.UTC)
