"""Ask the person something that may move a clock, and note the answer: what they want, or a fee.

A clarification stops the clock where the law says so and the request is for a copy of the data (Recital 63 GDPR);
asked for anything else, or late, the clock runs on while we wait. A fee is told before anything is done.
"""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from dsr.models import Clock, HistoryRow, SubjectRequest
from dsr.services.clock_letters import write_clarification, write_fee
from dsr.services.clocks import events_of, is_open_in, is_waiting_for, note_clock_event
from dsr.services.counting import laws_of_case
from dsr.services.extending import SHORTEST_REASON
from dsr.states import Right, State
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.deadlines.engine import REFLECTION_DAYS
from privacy.kernel.deadlines.profiles import profile
from privacy.kernel.errors import DomainError, InvalidInput

COPIES = frozenset({Right.ACCESS.value, Right.PORTABILITY.value})
# What we ask → the events of asking and of the answer. Two laws know two kinds of fee.
ANSWERS = {
    "clarification": (("clarification_requested", "clarification_received"),),
    "fee": (("fee_requested", "fee_paid"), ("fee_notified", "fee_accepted")),
}


@transaction.atomic
def ask_clarification(*, subject_request: SubjectRequest, words: str, actor: Actor, now: dt.datetime) -> list[Clock]:
    """Ask, by letter, what exactly the person wants. Returns the clocks that were counted again.

    Raises InvalidInput(words) where the question is missing; DomainError where nobody works on the case, or a
    question is open.
    """
    locked = _open_for_questions(subject_request, words, "clarification")
    rights = set(locked.items.filter(decided_at=None).values_list("right", flat=True))
    marker = "" if rights & COPIES else "unjustified"
    changed = note_clock_event(
        subject_request=subject_request, name="clarification_requested", actor=actor, now=now, marker=marker
    )
    write_clarification(subject_request=subject_request, words=words.strip(), now=now)
    return changed


@transaction.atomic
def tell_fee(*, subject_request: SubjectRequest, words: str, actor: Actor, now: dt.datetime) -> list[Clock]:
    """Say, by letter, what the answer costs and why. Errors as those of `ask_clarification`."""
    locked = _open_for_questions(subject_request, words, "fee")
    has_reflection = any(_fee_of(law.profile) == "reflection" for law in laws_of_case(locked))
    name = "fee_notified" if has_reflection else "fee_requested"
    changed = note_clock_event(subject_request=subject_request, name=name, actor=actor, now=now)
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    until = today + dt.timedelta(days=REFLECTION_DAYS) if has_reflection else None
    write_fee(subject_request=subject_request, words=words.strip(), until=until, now=now)
    return changed


@transaction.atomic
def note_answer(
    *, subject_request: SubjectRequest, about: str, actor: Actor, now: dt.datetime, on: dt.date | None = None
) -> list[Clock]:
    """Note that the person answered, on the day the answer reached us (today where nothing is said).

    Raises InvalidInput for a day before the question or to come; DomainError where nothing of this kind is open.
    """
    day = on or clock.local_date(now, settings.KEPT_TIME_ZONE)
    SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    for asked, answered in ANSWERS.get(about, ()):
        if is_waiting_for(subject_request, asked, answered):
            asked_on = [event.on for event in events_of(subject_request) if event.name == asked][-1]
            if day < asked_on:
                raise InvalidInput(f"We asked on {asked_on}, so no answer came before.", field="on")
            return note_clock_event(subject_request=subject_request, name=answered, actor=actor, now=now, on=day)
    raise DomainError("We wait for no such answer. Load the page again.", code="not_asked")


def open_questions(subject_request: SubjectRequest, history: Iterable[HistoryRow] | None = None) -> list[str]:
    """What we asked and have no answer to yet: clarification, fee. In one query; in none where the history is given."""
    if history is None:
        names = [event.name for event in events_of(subject_request)]
    else:
        names = [row.kind for row in sorted(history, key=lambda row: (row.at, row.pk))]
    return [
        about
        for about, pairs in ANSWERS.items()
        if any(is_open_in(names, asked, answered) for asked, answered in pairs)
    ]


def note_reply(*, subject_request: SubjectRequest, said_at: dt.datetime, actor: Actor, now: dt.datetime) -> list[Clock]:
    """The person wrote: an open question about what they want counts as answered, which is the earlier day.
    Whether it says who they are, or that they pay, staff decide. Nothing happens where none is open, or where the
    words are older than the question."""
    if subject_request.state != State.RECEIVED or "clarification" not in open_questions(subject_request):
        return []
    day = min(clock.local_date(said_at, settings.KEPT_TIME_ZONE), clock.local_date(now, settings.KEPT_TIME_ZONE))
    if day < [event.on for event in events_of(subject_request) if event.name == "clarification_requested"][-1]:
        return []
    return note_answer(subject_request=subject_request, about="clarification", actor=actor, now=now, on=day)


def _open_for_questions(subject_request: SubjectRequest, words: str, about: str) -> SubjectRequest:
    if len(words.strip()) < SHORTEST_REASON:
        raise InvalidInput("Say what you need to know; the person will read it.", field="words")
    locked = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if locked.state != State.RECEIVED:
        raise DomainError("Nobody works on this request now.", code="not_open")
    if about in open_questions(locked):
        raise DomainError("We asked already and wait for the answer.", code="asked")
    return locked


def _fee_of(code: str) -> str:
    respond = profile(code).respond
    return respond.fee if respond else "none"
