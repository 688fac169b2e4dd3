"""Reads of legal demands: what waits, and which disclosures a person may see."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from privacy.kernel.ready import Ready
from privacy.policy.board import is_on
from privacy.policy.selectors import today
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.vocabulary import OPEN
from privacy.registers.models import Disclosure


def gagged(on: Any = None) -> "QuerySet[LegalDemand]":
    """The demands of which the person may not be told today (or `on` a day)."""
    return LegalDemand.objects.filter(gag_until__gte=on or today())


def without_gagged(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Disclosures without those that a gag hides from the person."""
    return _without_gagged(rows, today()) if is_on("demands.gag") else rows


def gag_phase() -> tuple[dt.date, bool]:
    """What the two ways of keeping a gag depend on, besides the rows."""
    return today(), is_on("demands.gag")


def _without_gagged(rows: "QuerySet[Any]", on: Any) -> "QuerySet[Any]":
    return rows.exclude(pk__in=gagged(on).exclude(disclosure_id=None).values("disclosure_id"))


def _disclosed(subjects: Any) -> "QuerySet[Disclosure]":
    return Disclosure.objects.filter(subject_id__in=subjects)


def _counted(rows: "QuerySet[Any]") -> Any:
    rows = rows.order_by("recipient", "purpose", "categories").values_list("recipient", "purpose", "categories")
    return rows.annotate(times=Count("pk"), first=Min("at"), last=Max("at"))


_DISCLOSED = {
    True: Ready(lambda subjects, on: _counted(_without_gagged(_disclosed(subjects), on))),
    False: Ready(lambda subjects, _: _counted(_disclosed(subjects))),
}


def disclosed_to(subjects: Sequence[uuid.UUID]) -> list[tuple[str, str, str, int, dt.datetime, dt.datetime]]:
    """What was passed on about a person, without what a gag hides: recipient, purpose, categories, how often, and the
    first and the last time."""
    return _DISCLOSED[is_on("demands.gag")].all(subjects, today())


def told(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """The demands that a person may read about: those that are over, and no gag hides."""
    over = rows.exclude(state__in=OPEN)
    return over.filter(Q(gag_until=None) | Q(gag_until__lt=today())) if is_on("demands.gag") else over


def waiting() -> "QuerySet[LegalDemand]":
    """The demands that wait for an approval."""
    return LegalDemand.objects.filter(state__in=["filed", "once"])
