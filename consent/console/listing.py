"""The list of decisions: filters, and pages by key instead of by number, so that no page counts two million rows."""

import datetime as dt
import functools
import operator
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from consent.models import ConsentEvent
from consent.reports.models import ConsentDay, Counted
from consent.reports.rollup import NAME
from consent.vocabulary import Door, Status
from privacy.kernel import clock
from privacy.kernel.demo import in_demo
from privacy.kernel.errors import InvalidInput

PAGE = 50
NOT_COUNTED_YET = dt.timedelta(days=1)  # an event waits for its seal and the next count: minutes
NONE = "-"  # the value of a filter that asks for the empty one
COLUMNS = {
    "purpose": "purpose",
    "status": "status",
    "door": "door",
    "site": "site",
    "language": "notice_language",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for. Texts are equal to what stands in the rows; `first` and `last` are local days."""

    purpose: str = ""
    status: str = ""
    door: str = ""
    site: str = ""
    language: str = ""
    first: dt.date | None = None
    last: dt.date | None = None

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Self:
        """From the query of a page; InvalidInput(first, last) for what is no day. Unknown codes find nothing."""
        texts = {name: values.get(name, "").replace("\x00", "")[:60] for name in COLUMNS}
        return cls(**texts, first=read_day(values, "first"), last=read_day(values, "last"))

    def query(self, **more: str) -> str:
        """As the query of a page."""
        found = {name: str(value) for name, value in asdict(self).items() if value}
        return urlencode({**found, **more})

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some decisions, the newest first; `older` is the key of the next page, empty on the last one."""

    events: list[ConsentEvent]
    older: str


def page_of(wanted: Filter, after: str = "") -> ListPage:
    """The decisions after a key (empty: the newest). InvalidInput(after) for a key that is none."""
    rows = _matching(wanted)
    bound = _key(after) if after else None
    if bound:
        at, pk = bound
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=pk), at__lte=at)
    rows = _not_before(rows, wanted, bound[0] if bound else None)
    found = list(rows.order_by("-at", "-id")[: PAGE + 1])
    if len(found) <= PAGE:
        return ListPage(found, "")
    last = found[PAGE - 1]
    return ListPage(found[:PAGE], f"{clock.canonical(last.at)}_{last.pk}")


def choices() -> dict[str, list[tuple[str, str]]]:
    """What each filter offers: what was ever counted. Two queries of the counts, none of the events."""
    counted = list(ConsentDay.objects.values_list("purpose", "site", "language").distinct())
    offered: dict[str, list[tuple[str, str]]] = {
        "status": [(each.value, each.label) for each in Status],
        "door": [(each.value, each.label) for each in Door],
    }
    for place, name in enumerate(("purpose", "site", "language")):
        values = sorted({row[place] for row in counted})
        offered[name] = [(value or NONE, value or "(none)") for value in values]
    return offered


def read_day(values: Mapping[str, str], name: str) -> dt.date | None:
    """A day of a form; None for an empty field, InvalidInput for anything else."""
    text = values.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("Give the day as 2026-01-31.", field=name) from None


def _matching(wanted: Filter) -> "QuerySet[ConsentEvent]":
    rows = ConsentEvent.objects.all()
    for name, column in COLUMNS.items():
        value = getattr(wanted, name)
        if value:
            rows = rows.filter(**{column: "" if value == NONE else value})
    zone = settings.KEPT_TIME_ZONE
    if wanted.first:
        rows = rows.filter(at__gte=clock.midnight(wanted.first, zone))
    if wanted.last:
        rows = rows.filter(at__lt=clock.midnight(wanted.last + dt.timedelta(days=1), zone))
    return rows


def _not_before(rows: "QuerySet[ConsentEvent]", wanted: Filter, at: dt.datetime | None) -> "QuerySet[ConsentEvent]":
    """Where the filter is rare, the counts by the day say how far back a page can reach, so that the search for
    fifty rows does not walk over two million others."""
    if replace(wanted, purpose="", first=None, last=None).is_empty:
        return rows  # an index gives these in order
    counted_at = Counted.objects.filter(name=NAME, seal__gt=0).values_list("at", flat=True).first()
    if counted_at is None:
        return rows
    days = ConsentDay.objects.filter(is_demo=in_demo())
    for name in COLUMNS:
        value = getattr(wanted, name)
        if value:
            days = days.filter(**{name: "" if value == NONE else value})
    zone = settings.KEPT_TIME_ZONE
    if at is not None:
        days = days.filter(day__lte=clock.local_date(at, zone))
    fresh = Q(at__gte=counted_at - NOT_COUNTED_YET)
    found = 0
    used: list[dt.date] = []
    for day, count in days.values_list("day").annotate(found=Sum("count")).order_by("-day"):
        found += count if used else 0  # of the day of the key, some may stand on the page before
        used.append(day)
        if found > PAGE:
            break
    if used and (used[0] - used[-1]).days < len(used):  # a few days on end: the index goes through them in order
        return rows.filter(fresh | Q(at__gte=clock.midnight(used[-1], zone)))
    return rows.filter(functools.reduce(operator.or_, (_within(day, zone) for day in used), fresh))


def _within(day: dt.date, zone: str) -> Q:
    return Q(at__gte=clock.midnight(day, zone), at__lt=clock.midnight(day + dt.timedelta(days=1), zone))


def _key(text: str) -> tuple[dt.datetime, uuid.UUID]:
    moment, _, pk = text.partition("_")
    try:
        return dt.datetime.fromisoformat(moment).astimezone(dt.UTC), uuid.UUID(pk)
    except (ValueError, OverflowError):
        raise InvalidInput("This page does not exist. Begin with the newest.", field="after") from None
