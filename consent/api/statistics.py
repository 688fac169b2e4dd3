"""`GET /api/v1/consent-statistics`: how many said yes and no, by the step of time. Counts only; nobody is in it."""

import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.api_keys import with_api_key
from consent.console.report_views import COUNTS, asked_of
from consent.reports.selectors import Tally, report
from privacy.kernel import clock

FEWEST = 5  # a smaller count could point at somebody, and leaves the house as null


@require_safe
@with_api_key("statistics")
def consent_statistics(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:  # noqa: ARG001 - the decorator's shape
    """The last 30 days, or `first` to `last`, by `step`; `purpose`, `site`, `language` and `door` narrow it."""
    asked = asked_of(request.GET, clock.now())
    found = report(asked)
    return JsonResponse(
        {
            "first": asked.first.isoformat(),
            "last": asked.last.isoformat(),
            "step": asked.step,
            "counted_at": clock.canonical(found.counted_at) if found.counted_at else None,
            "total": _counts(found.total),
            "over_time": [{asked.step: one.label, **_counts(one)} for one in found.over_time],
            "by": {
                name: [{"value": one.label, **_counts(one)} for one in tallies] for name, tallies in found.by.items()
            },
        }
    )


def _counts(tally: Tally) -> dict[str, Any]:
    counts = {status: tally.of(status) for status in COUNTS}
    return {status: count if count == 0 or count >= FEWEST else None for status, count in counts.items()}
