"""Totals of what people told, for partners: how many, never who. The only way out of these values but to the person.

A cell under the threshold is left out as if nobody stood in it, and so is any sum of all: whoever knows the rest could
compute it. What is shown is rounded down to fives and counted at most once an hour, so that two looks at two moments do
not tell who came in between. One question at a time: two crossed would make small cells of large ones.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from django.conf import settings
from django.core.cache import cache

from privacy.intake.models import CollectedValue
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.models import Restriction, SubjectAlias
from privacy.policy.board import is_on

OF = ("company_size", "country", "industry", "job_title", "region", "role")
STEP, LEAST = 5, 5
LONGEST_VALUE, MOST_VALUES = 60, 20_000
FRESH_S = 3600


def threshold() -> int:
    """How many people a cell needs; never fewer than five."""
    return max(LEAST, settings.KEPT_SMALLEST_CELL)


def totals(of: str) -> dict[str, int]:
    """Value → how many people, of the cells that may be shown. InvalidInput(of) for what is not counted, DomainError
    for free text, which is no category."""
    if of not in OF:
        raise InvalidInput(f"Choose one of: {', '.join(OF)}.", field="of")
    least = threshold()
    key = f"intake-totals:{of}:{least}"
    found: dict[str, int] | None = cache.get(key)
    if found is None:
        found = _shown(_counted(of), least)
        cache.set(key, found, FRESH_S)
    return found


def _shown(counts: Counter[str], least: int) -> dict[str, int]:
    if not is_on("intake.totals"):
        return dict(counts)
    return {value: count // STEP * STEP for value, count in sorted(counts.items()) if count >= least}


def _counted(of: str) -> Counter[str]:
    """Each person once, by what was told last. Whose data may only be stored is not counted; who was merged into
    somebody else neither, so that nobody counts twice."""
    counts = Counter[str]()
    for _, values in groupby(_rows(of), key=lambda row: row[0]):
        *_, (_, last) = values
        if 0 < len(last) <= LONGEST_VALUE:
            counts[last] += 1
        if len(counts) > MOST_VALUES:
            raise DomainError("There are too many different values: this is no category.", code="no_category")
    return counts


def _rows(of: str) -> Iterator[tuple[uuid.UUID, str]]:
    invented = [False, True] if settings.KEPT_DEMO else [False]
    rows = CollectedValue.objects.filter(name=of, is_demo__in=invented)
    rows = rows.exclude(collection__subject__in=Restriction.objects.filter(lifted_at=None).values("subject"))
    rows = rows.exclude(collection__subject__in=SubjectAlias.objects.values("subject"))
    told = rows.select_related("collection").only("value", "collection__subject")
    for row in told.order_by("collection__subject_id", "received_at", "id").iterator(chunk_size=2000):
        yield row.collection.subject_id, " ".join(row.value.split()).casefold()
