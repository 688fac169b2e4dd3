"""Tell people where their data came from: by mail, or by a letter that staff print (Article 14 GDPR)."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from accounts.selectors import person_of, staff_with
from privacy.audit.services import record
from privacy.intake.audit_events import TOLD
from privacy.intake.models import TellTask
from privacy.intake.vocabulary import HowTold
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState

REMIND_BEFORE = dt.timedelta(days=7)


@transaction.atomic
def tell(*, task: TellTask, how: str, actor: Actor, now: dt.datetime) -> None:
    """Send the mail, or note that the letter was posted.

    Raises StaleState where it was done already, DomainError where we know no address to mail to.
    """
    if how not in HowTold.values:
        raise InvalidInput("Say mail or letter.", field="how")
    changed = TellTask.objects.filter(pk=task.pk, told_at=None).update(told_at=now, how_told=how, told_by=actor.id)
    if changed != 1:
        raise StaleState("This person was told already.")
    if how == HowTold.MAIL:
        addresses = person_of(task.subject_id).values("email")
        if not addresses:
            raise DomainError("We know no address of this person. Print the letter and post it.", code="no_address")
        queue_mail(
            "intake.told",
            idem_key=f"intake.told:{task.pk}",
            to=addresses[0],
            context={"task": str(task.pk)},
            subject_id=task.subject_id,
            now=now,
            is_demo=task.is_demo,
        )
    record(
        TOLD,
        actor=actor,
        at=now,
        subject_id=task.subject_id,
        target=task,
        is_demo=task.is_demo,
        source=task.source,
        how=how,
    )


@transaction.atomic
def remind_to_tell(*, now: dt.datetime) -> int:
    """Mail staff once about each task that is due within a week. Returns how many were new."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    due = TellTask.objects.filter(told_at=None, reminded_at=None, due_on__lte=today + REMIND_BEFORE)
    ids = list(due.select_for_update().values_list("pk", flat=True))
    if not ids:
        return 0
    TellTask.objects.filter(pk__in=ids).update(reminded_at=now)
    for user in staff_with("intake", "tell_people"):
        queue_mail(
            "intake.tell_reminder",
            idem_key=f"intake.tell_reminder:{user.pk}:{ids[0]}",
            to=user.email,
            context={"count": len(ids)},
            now=now,
            is_demo=user.is_demo,
        )
    return len(ids)
