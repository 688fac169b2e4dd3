"""How many people a new policy would have to ask again."""

import datetime as dt

from django.db.models import Count, Q

from consent.models import Preference
from consent.vocabulary import Status


def count_stale_grants(stale_before: dict[str, dt.date]) -> dict[str, int]:
    """People by purpose whose standing grant belongs to a text before its day; one statement."""
    old = Q()
    for code, day in stale_before.items():
        old |= Q(purpose=code) & (Q(policy_on__lt=day) | Q(policy_on=None))
    rows = Preference.objects.filter(old, status=Status.GIVEN).values("purpose")
    return dict(rows.annotate(people=Count("subject_id", distinct=True)).values_list("purpose", "people"))
