"""Requests that end without an answer: withdrawn by the person, or never confirmed."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef

from dsr.models import ErasurePlan, HistoryRow, SubjectRequest
from dsr.rules import EXPIRE_AFTER, REMIND_AFTER
from dsr.services.confirming import send_confirmation
from dsr.services.links import drop_links
from dsr.services.moving import move
from dsr.states import State
from privacy.jobs.outbox import queue_mail
from privacy.kernel.actors import Actor

REMINDED = "confirmation_reminded"
AT_ONCE = 200  # cases in one run of the job; the rest in the next


@transaction.atomic
def withdraw_subject_request(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """End a request because the person says so. Raises DomainError once its erasure has begun."""
    move(subject_request=subject_request, to=State.WITHDRAWN, kind="withdrawn", actor=actor, now=now)
    ErasurePlan.objects.filter(subject_request=subject_request, state="prepared").update(state="discarded")
    drop_links(subject_request=subject_request, kind="confirm", now=now)


@transaction.atomic
def tend_unconfirmed(*, actor: Actor, now: dt.datetime) -> dict[str, int | str]:
    """Remind once after a day, and end what nobody confirmed in time. Returns the counts."""
    waiting = (
        SubjectRequest.objects.filter(state=State.UNCONFIRMED)
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .order_by("filed_at", "id")
    )
    over = list(waiting.filter(filed_at__lte=now - EXPIRE_AFTER)[:AT_ONCE])
    for case in over:
        _expire(case, actor, now)
    done = HistoryRow.objects.filter(kind=REMINDED, subject_request_id=OuterRef("pk"))
    late = waiting.filter(~Exists(done), filed_at__lte=now - REMIND_AFTER, filed_at__gt=now - EXPIRE_AFTER)
    sent = [send_confirmation(subject_request=case, kind=REMINDED, actor=actor, now=now) for case in late[:AT_ONCE]]
    return {"expired": len(over), "reminded": sum(sent)}


def _expire(case: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """Close it and say so. Retention takes the contact at its next run, the words after it."""
    move(subject_request=case, to=State.EXPIRED, kind="expired", actor=actor, now=now)
    drop_links(subject_request=case, kind="confirm", now=now)
    queue_mail(
        "dsr.expired",
        idem_key=f"dsr.expired:{case.pk}",
        to=case.contact.email,
        context={"case": str(case.pk)},
        now=now,
        is_demo=case.is_demo,
    )
