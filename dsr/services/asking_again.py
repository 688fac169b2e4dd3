"""From when on the person of a case may be asked again for what they opted out of: the clock that a law names."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping

from dsr.models import Clock
from dsr.periods import REASK


def asked_again_on(source_ids: Collection[str], /) -> Mapping[str, dt.date]:
    """By case the first day, the latest of its rights. One statement."""
    cases = [found for each in source_ids if (found := _uuid(each))]
    newest: dict[tuple[uuid.UUID, uuid.UUID], dt.date] = {}
    rows = Clock.objects.filter(kind=REASK, item__subject_request__in=cases).order_by("number")
    for case, item, day in rows.values_list("item__subject_request_id", "item_id", "due_on"):
        newest[case, item] = day
    days: dict[str, dt.date] = {}
    for (case, _item), day in newest.items():
        days[str(case)] = max(day, days.get(str(case), day))
    return days


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
