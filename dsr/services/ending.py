"""Requests that end without an answer: withdrawn by the person, or never confirmed.

An unconfirmed request runs on its clock. Its address is reminded after a day, and hears one last word days before
the safe day: that nothing was done, why, how to go on and where to complain. Only days after that word it ends, as
*closed unverified*; the way back stays open for a month, with the day on which it first came.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from dsr.decisions.services import discard_open
from dsr.identity.levels import NEVER_ASKS
from dsr.models import ErasurePlan, HistoryRow, ItemAnswer, SubjectRequest
from dsr.rules import AFTER_LAST_WORD, LAST_WORD_DAYS, REMIND_AFTER, UNDATED_ENDS
from dsr.services.confirming import send_confirmation
from dsr.services.links import drop_links, make_link
from dsr.services.moving import move, note_history
from dsr.services.planning import person_of_case
from dsr.services.unverified import NOT_SENT, mails_left
from dsr.states import Right, State
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data.late_answers import tell_unneeded_copy
from privacy.policy.board import is_on

REMINDED = "confirmation_reminded"
LAST_WORD = "last_word"
COPIES = (Right.ACCESS, Right.PORTABILITY)
AT_ONCE = 200  # cases in one run of the job; the rest in the next
UNVERIFIED = "Nobody confirmed the address, so we could not know that it was you who asked."


@transaction.atomic
def withdraw_subject_request(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """End a request because the person says so. Raises DomainError once its erasure has begun."""
    move(subject_request=subject_request, to=State.WITHDRAWN, kind="withdrawn", actor=actor, now=now)
    ErasurePlan.objects.filter(subject_request=subject_request, state="prepared").update(state="discarded")
    discard_open(case=subject_request, actor=actor, now=now)
    drop_links(subject_request=subject_request, kind="confirm", now=now)
    _call_off_copies(subject_request, now)


def _call_off_copies(case: SubjectRequest, now: dt.datetime) -> None:
    """Systems that were asked for a copy hear that nobody waits for it, unless another request of the person does."""
    waits = SubjectRequest.objects.filter(
        subject=case.subject_id, state=State.RECEIVED, items__right__in=COPIES, items__decided_at=None
    )
    if case.subject_id and case.items.filter(right__in=COPIES).exists() and not waits.exists():
        tell_unneeded_copy(person_of_case(case), now)


@transaction.atomic
def tend_unconfirmed(*, actor: Actor, now: dt.datetime) -> dict[str, int | str]:
    """Remind once after a day, say the last word in time, and end what had it days ago. Returns the counts.

    What was missed while no worker ran is made up for; nothing ends without its last word, however late.
    """
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    waiting = (
        SubjectRequest.objects.filter(state=State.UNCONFIRMED)
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .order_by("filed_at", "id")
    )
    told = HistoryRow.objects.filter(kind=LAST_WORD, subject_request_id=OuterRef("pk"))
    over = Q(safe_on__lte=today) | Q(safe_on=None, filed_at__lte=now - UNDATED_ENDS)
    ended = list(waiting.filter(over, Exists(told.filter(at__lte=now - AFTER_LAST_WORD)))[:AT_ONCE])
    for case in ended:
        _end(case, actor, now)
    soon = Q(safe_on__lte=today + dt.timedelta(days=LAST_WORD_DAYS)) | Q(
        safe_on=None, filed_at__lte=now - UNDATED_ENDS + AFTER_LAST_WORD
    )
    last = list(waiting.filter(soon, ~Exists(told))[:AT_ONCE])
    for case in last:
        _say_last_word(case, actor, now)
    reminded = HistoryRow.objects.filter(kind=REMINDED, subject_request_id=OuterRef("pk"))
    late = waiting.filter(~Exists(reminded), ~Exists(told), filed_at__lte=now - REMIND_AFTER)
    sent = [send_confirmation(subject_request=case, kind=REMINDED, actor=actor, now=now) for case in late[:AT_ONCE]]
    return {"expired": len(ended), "last_words": len(last), "reminded": sum(sent)}


def _say_last_word(case: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """Mail it with a fresh link; where the mailbox had its share already, only the history has it."""
    email = case.contact.email
    is_sent = bool(email) and mails_left(case.contact.index, now) > 0
    if is_sent:
        token = make_link(subject_request=case, kind="confirm", now=now)
        queue_mail(
            "dsr.last_word",
            idem_key=f"dsr.last_word:{case.pk}",
            to=email,
            context={"case": str(case.pk)},
            secret={"token": token},
            now=now,
            is_demo=case.is_demo,
        )
    detail = "" if is_sent else NOT_SENT
    note_history(subject_request=case, kind=LAST_WORD, actor=actor, now=now, detail=detail)


def _end(case: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """Close it unverified. What nobody has to prove anything for is carried out all the same: then only the rest
    is declined, and legal answers the whole."""
    drop_links(subject_request=case, kind="confirm", now=now)
    if is_on("dsr.never_asks") and case.items.filter(right__in=NEVER_ASKS).exists():
        rest = list(case.items.exclude(right__in=NEVER_ASKS).filter(decided_at=None))
        for item in rest:
            item.outcome, item.ground, item.decided_at = "refused", "cannot_identify", now
            item.save(update_fields=["outcome", "ground", "decided_at"])
            ItemAnswer.objects.create(item=item, words=UNVERIFIED, created_at=now)
        move(subject_request=case, to=State.RECEIVED, kind="unverified_in_part", actor=actor, now=now)
        return
    move(subject_request=case, to=State.EXPIRED, kind="expired", actor=actor, now=now)
