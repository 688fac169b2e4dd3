"""Count what was sealed since the last time. Each seal once: twice, killed in between, or late, the sum is the same."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from consent.models import ConsentEvent
from consent.reports.models import ConsentDay, Counted
from privacy.audit.models import AuditEvent, Seal, SealMember

NAME = "consent_days"
AT_ONCE = 50_000  # events of the log in one transaction
KEYS = ("day", "purpose", "status", "door", "site", "language", "is_demo")


@transaction.atomic
def count_more(*, now: dt.datetime) -> int | None:
    """Count the next seals; how many decisions they held, or None where nothing is left to count."""
    Counted.objects.get_or_create(name=NAME)
    mark = Counted.objects.select_for_update().get(name=NAME)
    upto = _next_stop(mark.seal)
    if upto is None:
        Counted.objects.filter(name=NAME).update(at=now)
        return None
    found = by_day(_sealed_between(mark.seal, upto))
    _add(found)
    Counted.objects.filter(name=NAME).update(seal=upto, at=now)
    return sum(int(row["found"]) for row in found)


def by_day(events: "QuerySet[ConsentEvent]") -> list[dict[str, Any]]:
    """These decisions, counted by local day and by what reports ask for."""
    zone = ZoneInfo(settings.KEPT_TIME_ZONE)
    groups = events.annotate(day=TruncDate("at", tzinfo=zone)).values(
        "day", "purpose", "status", "door", "site", "notice_language", "is_demo"
    )
    rows = groups.annotate(found=Count("id")).order_by()
    return [{**row, "language": row["notice_language"]} for row in rows]


def _next_stop(seal: int) -> int | None:
    """The last seal of the next portion: as many as hold AT_ONCE events, and at least one."""
    done = Seal.objects.filter(number=seal).values_list("total", flat=True).first() or 0
    rest = Seal.objects.filter(number__gt=seal).order_by("number")
    within = rest.filter(total__lte=done + AT_ONCE).order_by("-number").values_list("number", flat=True).first()
    return within or rest.values_list("number", flat=True).first()


def _sealed_between(after: int, upto: int) -> "QuerySet[ConsentEvent]":
    members = SealMember.objects.filter(seal_id__gt=after, seal_id__lte=upto)
    logged = AuditEvent.objects.filter(evidence_type=ConsentEvent._meta.label, id__in=members.values("event_id"))
    return ConsentEvent.objects.filter(id__in=logged.values("evidence_id"))


def _add(found: Iterable[dict[str, Any]]) -> None:
    """Add to what stands. The mark is locked, so nobody else adds meanwhile."""
    rows = list(found)
    days = {row["day"] for row in rows}
    standing = {tuple(getattr(one, key) for key in KEYS): one for one in ConsentDay.objects.filter(day__in=days)}
    fresh, more = [], []
    for row in rows:
        key = tuple(row[name] for name in KEYS)
        if key in standing:
            standing[key].count += row["found"]
            more.append(standing[key])
        else:
            fresh.append(ConsentDay(**dict(zip(KEYS, key, strict=True)), count=row["found"]))
    ConsentDay.objects.bulk_create(fresh)
    ConsentDay.objects.bulk_update(more, ["count"], batch_size=500)
