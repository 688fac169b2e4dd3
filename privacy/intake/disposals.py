"""Which tables of intake are emptied by time: each value by the period of its category."""

from typing import Any

from django.db.models import Exists, OuterRef

from privacy.intake.models import CollectedValue, Collection, Device, PromotionEntry, TellTask, VisitorEvent
from privacy.personal_data.disposals import disposable

OWN_PERIODS = {"enrichment": "enrichment", "support": "support"}  # category → period of the policy


def _of(category: str) -> Any:
    return lambda rows: rows.filter(category=category)


for category, period in OWN_PERIODS.items():
    disposable(CollectedValue, code=f"collected_{category}", period=period, column="received_at", rows=_of(category))
disposable(
    CollectedValue,
    code="collected",
    period="collected",
    column="received_at",
    rows=lambda rows: rows.exclude(category__in=OWN_PERIODS),
)
disposable(
    TellTask,
    code="told_people",
    period="collected",
    column="opened_at",
    rows=lambda rows: rows.filter(told_at__isnull=False),
)
disposable(  # the occasion goes once nothing that stood in it is left
    Collection,
    code="collections",
    period="collected",
    column="received_at",
    rows=lambda rows: rows.filter(
        ~Exists(CollectedValue.objects.filter(collection=OuterRef("pk"))),
        ~Exists(TellTask.objects.filter(collection=OuterRef("pk"))),
    ),
)
disposable(PromotionEntry, period="promotion_entries", column="promotion_ended_on")
disposable(VisitorEvent, code="visitor_events", period="browsing", column="collected_at")
disposable(Device, period="mobile_devices", column="last_seen_at")
