"""The control of what erasures kept."""

import datetime as dt

from django.conf import settings

from dsr.retained.models import RetainedSet, SetState
from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, red

GRACE = dt.timedelta(days=2)


def check_retained() -> ControlAnswer:
    """Nothing that an erasure kept stands more than two days after its end."""
    today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
    kept = RetainedSet.objects.filter(state=SetState.KEPT, is_demo=False)
    if late := kept.filter(is_held=False, until__lt=today - GRACE).count():
        return red(f"{late} sets of kept rows stand after their end. The dashboard says what stands in the way.")
    ended = RetainedSet.objects.filter(state=SetState.ERASED, is_demo=False).count()
    held = kept.filter(is_held=True).count()
    return green(
        f"{kept.count()} sets stay for a reason, {held} of them under a hold; {ended} were erased at their end."
    )


control(82, code="dsr.retained_goes", label="What stays goes by itself at its end", check=check_retained)
