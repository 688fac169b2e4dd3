"""What a person reads about their own request: where it stands, what happened, when the answer is due."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from dsr.models import Clock, HistoryRow, Letter, ReceiptRow, SubjectRequest
from dsr.rights import label_of
from dsr.selectors import history_of
from dsr.services.releasing import released_package
from dsr.states import OPEN, Channel, State, may_move
from privacy.kernel import clock
from privacy.kernel.errors import NotFound
from privacy.personal_data.models import PreparedPackage
from privacy.personal_data.selectors import alias_set

STATES = {
    State.UNCONFIRMED: "Waiting for your confirmation",
    State.RECEIVED: "Being worked on",
    State.PREPARED: "Being checked by a second person",
    State.RUNNING: "Being carried out",
    State.BLOCKED: "Waiting for one of our systems",
    State.CLOSED: "Answered",
    State.REFUSED: "Declined, with reasons",
    State.WITHDRAWN: "Withdrawn",
    State.EXPIRED: "Ended without a confirmation",
}
OUTCOMES = {
    "fulfilled": "done",
    "partly": "done in part",
    "refused": "declined",
    "nothing_held": "we held nothing",
    "converted": "handled as what is listed here",
}
CHANNELS = {
    Channel.WEB: "through our form",
    Channel.ACCOUNT: "from your account",
    Channel.MAIL: "by email",
    Channel.PHONE: "by phone",
    Channel.CHAT: "by chat",
    Channel.POST: "by post",
    Channel.API: "through a partner",
}
HAPPENED = {
    "confirmation_sent": "We mailed you a link to confirm your address.",
    "confirmation_resent": "We mailed you the link again.",
    "confirmation_reminded": "We mailed you the link again, as a reminder.",
    "confirmed": "You confirmed your address. The request is with our privacy team.",
    "clocks_started": "The time to answer is counted; the day is above.",
    "identity_checked": "We checked who asks.",
    "identity_requested": "We asked you to show who you are.",
    "identity_confirmed": "We know now that it is you.",
    "clarification_requested": "We asked you what exactly you want.",
    "clarification_received": "You answered our question.",
    "extended": "We need more time, as the law allows, and told you why.",
    "clocks_recomputed": "The due date was counted again.",
    "converted": "Your question asks for more than words, so we handle it as what is listed above.",
    "item_answered": "We decided about a part of your request.",
    "prepared": "We listed what will be erased. A second person checks the list.",
    "discarded": "The list is made again.",
    "approved": "A second person approved the list. The erasure began.",
    "blocked": "One of our systems has not given a final answer. We are on it.",
    "closed": "Your request is answered and closed.",
    "refused": "We declined the request.",
    "withdrawn": "You withdrew the request.",
    "expired": "Nobody confirmed the address, so the request ended.",
}
LETTERS = {
    "acknowledgement": "We wrote to you that the request arrived.",
    "answer": "We wrote our answer to you.",
    "refusal": "We wrote to you why we declined.",
    "extension": "We wrote to you why it takes longer, and until when.",
    "lifting": "We wrote to you that the restriction ends, from when and why.",
    "identity_question": "We wrote to you what we need to know.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, on a day where the controller is."""

    on: dt.date
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One right asked for: its outcome, and its due date with the sentence that explains it."""

    label: str
    outcome: str
    due_on: dt.date | None
    explanation: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Everything the page shows. `letters` and `receipt` are there once the request is answered."""

    case: SubjectRequest
    state: str
    is_open: bool
    received_on: dt.date
    asked: list[Asked]
    timeline: list[Line]
    letters: list[Letter]
    receipt: ReceiptRow | None
    may_withdraw: bool
    package: PreparedPackage | None


def status_page(case: SubjectRequest) -> StatusPage:
    """The page of a case, in a fixed number of queries."""
    history = history_of(case)
    is_open = case.state in OPEN
    return StatusPage(
        case=case,
        state=STATES[State(case.state)],
        is_open=is_open,
        received_on=_day(case.received_at),
        asked=_asked(case),
        timeline=[Line(_day(row.at), text) for row in history if (text := _words(row))],
        letters=[] if is_open else list(case.letters.exclude(kind="acknowledgement").order_by("created_at")),
        receipt=None if is_open else ReceiptRow.objects.filter(subject_request_id=case.pk).order_by("-at").first(),
        may_withdraw=may_move(case.state, State.WITHDRAWN),
        package=None if is_open else released_package(case.pk, clock.now()),
    )


def own_cases(subject_id: uuid.UUID) -> "QuerySet[SubjectRequest]":
    """The requests of a person, merged identities included; the newest first."""
    cases = SubjectRequest.objects.filter(subject_id__in=alias_set(subject_id))
    return cases.prefetch_related("items").order_by("-received_at", "id")


def own_case(*, subject_id: uuid.UUID, pk: uuid.UUID) -> SubjectRequest:
    """One request of a person; NotFound for another's and for none alike."""
    found = own_cases(subject_id).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such request.")
    return found


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A request in a list."""

    case: SubjectRequest
    asked: str
    state: str
    received_on: dt.date


def case_line(case: SubjectRequest) -> CaseLine:
    """A request as a list shows it; `items` are prefetched."""
    asked = ", ".join(label_of(item.right) for item in case.items.all())
    return CaseLine(case, asked, STATES[State(case.state)], _day(case.received_at))


def _asked(case: SubjectRequest) -> list[Asked]:
    clocks: dict[uuid.UUID, Clock] = {}
    for row in Clock.objects.filter(item__subject_request=case, kind="respond").order_by("number"):
        clocks[row.item_id] = row
    lines = []
    for item in case.items.all():
        found = clocks.get(item.pk)
        due_on, trace = (found.due_on, found.trace) if found else (None, "")
        lines.append(Asked(label_of(item.right), OUTCOMES.get(item.outcome, ""), due_on, trace))
    return lines


def _words(row: HistoryRow) -> str:
    """The row for a person; empty for what only our staff need."""
    if row.kind == "filed":
        return f"Your request was noted here. It reached us {CHANNELS.get(Channel(row.detail), '')}."
    if row.kind == "letter_written":
        return LETTERS.get(row.detail.partition(":")[0], "")
    return HAPPENED.get(row.kind, "")


def _day(moment: dt.datetime) -> dt.date:
    return clock.local_date(moment, settings.KEPT_TIME_ZONE)
