"""Panels of retention: rules that do not act, holds whose review is due."""

import datetime as dt

from django.conf import settings
from django.db.models import Subquery
from django.urls import reverse

from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count
from privacy.kernel import clock
from privacy.retention.models import LegalHold
from privacy.retention.selectors import rules_or_none


@panel("retention_rules", order=25, permission="retention.switch_rules")
def idle_rules(now: dt.datetime, _found: Figures) -> Panel:
    every = rules_or_none()
    idle = [rule for rule in every if rule.problem or rule.waits_for_person(now)]
    text = "They wait for somebody: read a dry run, then decide." if idle else f"{len(every)} rules run daily."
    url = reverse("console:retention_rules")
    return Panel("stuck", "Retention rules that do not act", str(len(idle)), text, "warn" if idle else "ok", url)


def _hold_figures(now: dt.datetime) -> dict[str, Subquery]:
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    return {"late": count(LegalHold.objects.filter(released_at=None, review_on__lt=today))}


@panel("holds_to_review", order=12, permission="retention.manage_holds", figures=_hold_figures)
def holds_to_review(_now: dt.datetime, found: Figures) -> Panel:
    late = found["late"]
    text = "Is the matter still open? Keep or release them." if late else "Every hold was reviewed in time."
    url = reverse("console:retention_legalhold_changelist")
    return Panel("due", "Legal holds to review", str(late), text, "warn" if late else "ok", url)
