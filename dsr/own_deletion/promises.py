"""The control of the promise that people delete their account without us."""

import datetime as dt

from accounts.models import User
from dsr.own_deletion.models import DeletionState, OwnDeletion
from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, red

LATE = dt.timedelta(days=2)


def check_own_deletion() -> ControlAnswer:
    """No deletion that a person asked for waits longer than it said."""
    rows = OwnDeletion.objects.filter(subject_request__is_demo=False)
    late = rows.filter(state=DeletionState.SCHEDULED, subject_request__state="received")
    if count := late.filter(runs_at__lt=clock.now() - LATE).count():
        return red(f"{count} deletions that people asked for are overdue.")
    started, turned = (rows.filter(state=state).count() for state in (DeletionState.STARTED, DeletionState.TURNED))
    people = User.objects.filter(is_active=True, is_staff=False).count()
    return green(f"{people} people can delete their account; {started} did, {turned} became a case of legal.")


control(68, code="dsr.own_deletion", label="Delete the account without staff", check=check_own_deletion)
