"""Thirty days after its end nothing of a request says any more whom it was about."""

import datetime as dt

from django.db import transaction

from dsr.opendsr.carrying_out import RESULTS
from dsr.opendsr.models import ProtocolRequest

AT_ONCE = 200


def tidy(now: dt.datetime) -> dict[str, int | str]:
    """Blank what has come to its day, and remove its file; then files that no row knows."""
    rows = ProtocolRequest.objects.filter(blank_at__lte=now).order_by("blank_at")[:AT_ONCE]
    blanked = 0
    for row in rows:
        file = row.result_file
        with transaction.atomic():
            row.identities = row.callback_urls = "[]"
            row.frozen = row.words = row.result_key = row.result_file = ""
            row.blank_at = None
            row.save(
                update_fields=[
                    *("identities", "callback_urls", "frozen", "words", "result_key", "result_file", "blank_at"),
                ]
            )
        RESULTS.remove(file)
        blanked += 1
    wanted = set(ProtocolRequest.objects.exclude(result_file="").values_list("result_file", flat=True))
    return {"blanked": blanked, "swept": RESULTS.sweep(wanted=wanted, now=now)}
