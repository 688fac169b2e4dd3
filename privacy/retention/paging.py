"""Walk over the rows that are due, page by page, each with what must stay."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from privacy.personal_data.declaring import declarations
from privacy.personal_data.guards import held_rows, kept_of
from privacy.retention.holding import restricted_subjects, rows_about
from privacy.retention.selectors import Rule

ROWS = 20_000  # in one transaction: a tenth of a second on two cores
MOST_SUBJECTS = 500  # in one statement; where more people are held or restricted, rows are asked about by key
Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows that are due, the oldest first. `free` may go; so many others are `held`.

    `first` is the moment of the oldest row on the first page only.
    """

    free: Rows
    held: int
    first: dt.datetime
    last: dt.datetime
    watermark: str


def next_page(rule: Rule, cutoff: dt.datetime, watermark: str, *, lock: bool = False) -> Page | None:
    """The rows behind the watermark; None where there are no more.

    With `lock`, in the transaction that disposes of them: nobody can hold or alter what it takes. What stays
    is asked first and by person, so that the rows go by one statement between two bounds.
    """
    rows = _behind(rule, cutoff, watermark)
    places = rows.values_list(rule.disposable.column, "pk")
    last = next(iter(places[ROWS - 1 : ROWS]), None) or places.last()
    if last is None:
        return None
    first = last if watermark else places.first() or last  # only the first page tells the oldest row
    after = _write(*last)
    if after == watermark:  # a moment that compares unlike it reads (written by a foreign hand) would go round forever
        raise RuntimeError(f"The rows of {rule.disposable.table} cannot be passed one by one.")
    span = rows.filter(_up_to(rule.disposable.column, last))
    free, held = _split(rule, span, lock=lock)
    return Page(free, held, _moment(first[0]), _moment(last[0]), after)


def _behind(rule: Rule, cutoff: dt.datetime, watermark: str) -> Rows:
    rows = rule.due(cutoff)
    if not watermark:
        return rows
    column = rule.disposable.column
    at, key = _read(watermark)
    # The first condition is implied; it lets an index begin there instead of at the start.
    return rows.filter(Q(**{f"{column}__gt": at}) | Q(**{column: at, "pk__gt": key}), **{f"{column}__gte": at})


def _up_to(column: str, last: tuple[Any, Any]) -> Q:
    at, key = last
    return Q(**{f"{column}__lte": at}) & (Q(**{f"{column}__lt": at}) | Q(pk__lte=key))


def _split(rule: Rule, span: Rows, *, lock: bool) -> tuple[Rows, int]:
    """The rows that may go, and how many others stay."""
    table = rule.disposable.table
    kept = kept_of(table)
    restricted = restricted_subjects()
    if kept and kept.is_all:
        return span.none(), span.count()
    subjects = (kept.subject_ids if kept else frozenset()) | restricted
    if kept is None or len(subjects) > MOST_SUBJECTS:
        return _split_by_key(rule, span, subjects, lock=lock)
    declared = declarations.get(table)
    if not subjects or declared is None:  # nobody, or rows about nobody
        return span, 0
    theirs = {f"{declared.subject}__in": subjects}
    return span.exclude(**theirs), span.filter(**theirs).count()


def _split_by_key(rule: Rule, span: Rows, subjects: frozenset[uuid.UUID], *, lock: bool) -> tuple[Rows, int]:
    locked = span.select_for_update(of=("self",)) if lock else span
    keys = list(locked.values_list("pk", flat=True))
    table, texts = rule.disposable.table, [str(key) for key in keys]
    held = {*held_rows(None, table, texts), *rows_about(table, texts, subjects)}
    return rule.disposable.model._base_manager.filter(pk__in=[key for key in keys if str(key) not in held]), len(held)


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
