"""Reads of legal demands: what waits, and which disclosures a person may see."""

from typing import Any

from django.db.models import Q, QuerySet

from privacy.policy.board import is_on
from privacy.policy.selectors import today
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.vocabulary import OPEN


def gagged() -> "QuerySet[LegalDemand]":
    """The demands of which the person may not be told today."""
    return LegalDemand.objects.filter(gag_until__gte=today())


def without_gagged(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Disclosures without those that a gag hides from the person."""
    if not is_on("demands.gag"):
        return rows
    return rows.exclude(pk__in=gagged().exclude(disclosure_id=None).values("disclosure_id"))


def told(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """The demands that a person may read about: those that are over, and no gag hides."""
    over = rows.exclude(state__in=OPEN)
    return over.filter(Q(gag_until=None) | Q(gag_until__lt=today())) if is_on("demands.gag") else over


def waiting() -> "QuerySet[LegalDemand]":
    """The demands that wait for an approval."""
    return LegalDemand.objects.filter(state__in=["filed", "once"])
