"""Tell staff that something came in at a case: who works on it, else everybody who may; once a day for each case."""

import datetime as dt

from django.conf import settings

from accounts.models import User
from accounts.selectors import staff_with
from dsr.models import SubjectRequest
from dsr.services.reminding import WORKERS
from dsr.states import State
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock

TEMPLATE = "dsr.message_came"


def tell_staff(*, subject_request: SubjectRequest, now: dt.datetime) -> int:
    """Queue the mails; returns how many people are told. Nobody is named in them. Of a request that its person has
    not confirmed nobody is told: it stands in the list."""
    if subject_request.state == State.UNCONFIRMED:
        return 0
    day = clock.local_date(now, settings.KEPT_TIME_ZONE)
    people = _audience(subject_request)
    for user in people:
        queue_mail(
            TEMPLATE,
            idem_key=f"{TEMPLATE}:{subject_request.pk}:{day}:{user.pk}",
            to=user.email,
            context={"case": str(subject_request.pk)},
            now=now,
            is_demo=subject_request.is_demo,
        )
    return len(people)


def _audience(subject_request: SubjectRequest) -> list[User]:
    staff = [user for user in staff_with("dsr", WORKERS) if user.is_demo or not subject_request.is_demo]
    return [user for user in staff if user.pk == subject_request.assigned_to] or staff
