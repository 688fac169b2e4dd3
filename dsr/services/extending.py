"""Take more time: only as the law allows, while the period runs, and with a letter that says why."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from dsr.identity.selectors import require_may_ask
from dsr.models import Clock, SubjectRequest
from dsr.periods import EXTENSION_NOTICE
from dsr.services.clock_letters import write_extension, write_identity_question
from dsr.services.clocks import events_of, is_waiting_for, meet_clocks, note_clock_event, would_be
from dsr.states import OPEN, State
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.deadlines import Event
from privacy.kernel.errors import DomainError, InvalidInput

SHORTEST_REASON = 20
REASONS = {
    "complexity": "It is complex.",
    "number": "You sent us a number of requests.",
}  # GDPR Art. 12(3) knows these two


@transaction.atomic
def extend_deadline(
    *, subject_request: SubjectRequest, reason: str, words: str, actor: Actor, now: dt.datetime
) -> list[Clock]:
    """Extend once, and tell the person in the same moment. Returns the new clocks.

    Raises InvalidInput for a reason that the law does not know or that is not explained; DomainError where the
    case has ended or is not confirmed, was extended before, or where no law still allows it.
    """
    if reason not in REASONS:
        raise InvalidInput("Choose why more time is needed.", field="reason")
    if len(words.strip()) < SHORTEST_REASON:
        raise InvalidInput("Explain in plain words why; the person will read it.", field="words")
    locked = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if locked.state not in OPEN or locked.state == State.UNCONFIRMED:
        raise DomainError("Only a confirmed request that is still open can be extended.", code="ended")
    if any(event.name == "extended" for event in events_of(locked)):
        raise DomainError("This request was extended before. No law allows that twice.", code="extended")
    refused = [counted.rejected for _, counted in would_be(locked, Event("extended", _today(now)))]
    if not refused or all(refused):
        raise DomainError(refused[0][0] if refused else "Every right is decided.", code="no_extension")
    changed = note_clock_event(subject_request=subject_request, name="extended", actor=actor, now=now)
    meet_clocks(subject_request=subject_request, kind=EXTENSION_NOTICE, now=now)
    write_extension(subject_request=subject_request, reason=REASONS[reason], words=words.strip(), now=now)
    return changed


@transaction.atomic
def ask_identity(*, subject_request: SubjectRequest, words: str, actor: Actor, now: dt.datetime) -> list[Clock]:
    """Ask the person, by letter, for what shows who they are; the clock waits where the law says so.

    Raises InvalidInput where the question is missing; DomainError where we know who asks as well as
    this needs, may not ask for it, or asked already.
    """
    if len(words.strip()) < SHORTEST_REASON:
        raise InvalidInput("Say what you need to know; the person will read it.", field="words")
    locked = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if locked.state != State.RECEIVED:
        raise DomainError("Nobody works on this request now.", code="not_open")
    require_may_ask(locked)
    if is_waiting_for(locked, "identity_requested", "identity_confirmed"):
        raise DomainError("We asked already and wait for the answer.", code="asked")
    changed = note_clock_event(subject_request=subject_request, name="identity_requested", actor=actor, now=now)
    write_identity_question(subject_request=subject_request, words=words.strip(), now=now)
    return changed


def _today(now: dt.datetime) -> dt.date:
    return clock.local_date(now, settings.KEPT_TIME_ZONE)
