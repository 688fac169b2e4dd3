"""What a person reads about their own request: where it stands, what happened, when the answer is due."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dsr.correspondence.selectors import Entry, ThreadRows, thread_of
from dsr.decisions.models import ConsequenceQuestion
from dsr.explaining import plain_trace
from dsr.history_words import HAPPENED, RECIPIENT_TOLD
from dsr.identity.selectors import owes_proof
from dsr.letters.answer_blocks import system_line
from dsr.letters.authorities import Authority, authorities_for
from dsr.letters.words import label, sentence
from dsr.models import Clock, HistoryRow, Letter, ReceiptRow, RequestItem, SubjectRequest
from dsr.notices.selectors import Left, left_in_systems, told_about
from dsr.progress import Standing, Step, standing, steps
from dsr.rights import label_of
from dsr.selectors import in_order
from dsr.services.appealing import may_appeal, nobody_else_decides
from dsr.services.consequences import open_questions_to
from dsr.services.letter_facts import system_said
from dsr.services.releasing import released_packages
from dsr.states import OPEN, Channel, State, may_move
from privacy.kernel import clock
from privacy.kernel.errors import NotFound
from privacy.kernel.spoken_days import day_in_words
from privacy.kernel.together import fetch_together
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
    State.REFERRED: "Passed on to the company that you named",
    State.APPEALED: "Your appeal is being looked at",
    State.DUPLICATE: "Answered with another request of yours",
    State.SPAM: "Not taken as a request",
}
OUTCOMES = {
    "fulfilled": "done",
    "partly": "done in part",
    "refused": "declined",
    "nothing_held": "we held nothing",
    "converted": "handled as what is listed here",
    "referred": "for the company that you named to answer",
    "upheld": "we agree",
    "partly_upheld": "we agree in part",
    "not_upheld": "we do not agree",
}
CHANNELS = {
    Channel.WEB: "through our form",
    Channel.ACCOUNT: "from your account",
    Channel.MAIL: "by email",
    Channel.PHONE: "by phone",
    Channel.CHAT: "by chat",
    Channel.POST: "by post",
    Channel.API: "through a partner",
    Channel.AGENT: "through a partner",
    Channel.OPENDSR: "through a partner",
}
TITLES = {
    "answer": "Our answer",
    "refusal": "Our refusal",
    "extension": "Why it takes longer",
    "appeal_extension": "Why it takes longer",
    "lifting": "The restriction ends",
    "identity_question": "Our question",
    "erased_later": "What had to stay is erased",
    "package_way": "How your data comes to you",
}
TOLD = {
    "queued": "is being told",
    "sent": "was told",
    "acknowledged": "confirmed that they know",
    "failed": "could not be reached yet; we look after it",
    "exempt": "is not told, for a reason that we noted",
}
TELLING = "We tell whoever received your data from us."
LETTERS = {
    "acknowledgement": "We wrote to you that the request arrived.",
    "answer": "We wrote our answer to you.",
    "refusal": "We wrote to you why we declined.",
    "extension": "We wrote to you why it takes longer, and until when.",
    "consequence": "We wrote to you what follows from your objection.",
    "appeal_extension": "We wrote to you why the answer to your appeal takes longer, and until when.",
    "appeal_answer": "We answered your appeal.",
    "lifting": "We wrote to you that the restriction ends, from when and why.",
    "clarification": "We wrote to you to ask what exactly you want.",
    "fee": "We wrote to you what your request costs.",
    "referral": "We wrote to you which company to ask.",
    "identity_question": "We wrote to you what we need to know.",
    "erased_later": "We wrote to you that what had to stay is erased.",
    "package_way": "We wrote to you how the package of your data comes.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, on a day where the controller is."""

    on: dt.date
    text: str


@dataclass(frozen=True, slots=True)
class ToldLine:
    """Somebody who received data and is told what became of it, how that stands, and since when."""

    name: str
    text: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class Asked:
    """One right asked for: its outcome, and its due date with the sentence that explains it."""

    label: str
    outcome: str
    due_on: dt.date | None
    explanation: str


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter, and what it is in a word."""

    pk: uuid.UUID
    title: str
    created_at: dt.datetime
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Everything the page shows. `receipt` is there once the request is answered; `letters` without the first one."""

    case: SubjectRequest
    state: str
    is_open: bool
    received_on: dt.date
    standing: Standing
    steps: list[Step]
    asked: list[Asked]
    timeline: list[Line]
    told: list[ToldLine]
    letters: list[LetterLine]
    thread: list[Entry]
    receipt: ReceiptRow | None
    may_withdraw: bool
    may_appeal: bool
    consequence: ConsequenceQuestion | None
    package: PreparedPackage | None
    authorities: tuple[Authority, ...]
    left: list[str]  # what a system left behind, and what people do about it
    owes_proof: bool
    is_invited: bool  # to send a file that shows who asks


def status_page(case: SubjectRequest) -> StatusPage:
    """The page of a case, in a fixed number of queries."""
    is_open = case.state in OPEN
    rows, said = _Rows(case), ThreadRows(case)
    fetch_together(*rows.all, *said.all)
    history, items = in_order(rows.history), list(rows.items)
    received_on = _day(case.received_at)
    return StatusPage(
        case=case,
        state=state_words(case.state),
        is_open=is_open,
        received_on=received_on,
        standing=standing(
            state=case.state,
            ends_on=case.safe_on,
            due_on=case.due_on,
            kinds=[row.kind for row in history],
            is_alone=case.state == State.APPEALED and nobody_else_decides(case),
        ),
        steps=steps(
            state=case.state,
            channel=case.channel,
            rights=[item.right for item in items],
            days={row.kind: _day(row.at) for row in history},
            received_on=received_on,
            due_on=case.due_on,
        ),
        asked=_asked(rows.clocks, items),
        timeline=_timeline(history),
        told=_told(case, history),
        letters=[_letter(row) for row in said.letters if row.kind != "acknowledgement"],
        thread=[
            entry for entry in thread_of(case, rows=said) if entry.letter_id is None and (entry.text or entry.files)
        ],
        receipt=None if is_open else next(iter(rows.receipts), None),
        may_withdraw=may_move(case.state, State.WITHDRAWN),
        may_appeal=not is_open and may_appeal(case),
        consequence=next(iter(rows.questions), None) if case.state == State.RECEIVED else None,
        package=None if is_open else next(iter(rows.packages), None),
        authorities=authorities_for(regime=case.regime or settings.KEPT_PROFILE, region=case.region),
        left=_left(case, history),
        owes_proof=owes_proof(case, items),
        is_invited=is_open and any(row.kind == "evidence_invited" for row in history),
    )


class _Rows:
    """What the page shows beside the thread."""

    def __init__(self, case: SubjectRequest) -> None:
        self.history = HistoryRow.objects.filter(subject_request_id=case.pk)
        self.items = RequestItem.objects.filter(subject_request=case)
        self.clocks = Clock.objects.filter(item__subject_request=case, kind="respond").order_by("number")
        self.receipts = ReceiptRow.objects.filter(subject_request_id=case.pk).order_by("-at")[:1]
        self.questions = open_questions_to(case)
        self.packages = released_packages(case.pk, clock.now())

    @property
    def all(self) -> "list[QuerySet[Any]]":
        return [self.history, self.items, self.clocks, self.receipts, self.questions, self.packages]


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
    asked = ", ".join(_(label_of(item.right)) for item in case.items.all())
    return CaseLine(case, asked, state_words(case.state), _day(case.received_at))


def state_words(state: str) -> str:
    """The state as the person reads it."""
    return _(STATES[State(state)])


def _asked(rows: Iterable[Clock], items: list[RequestItem]) -> list[Asked]:
    clocks = {row.item_id: row for row in rows}  # the newest of each right
    lines = []
    for item in items:
        found = clocks.get(item.pk)
        due_on, trace = (found.due_on, plain_trace(found)) if found else (None, "")
        outcome = OUTCOMES.get(item.outcome, "")
        lines.append(Asked(_(label_of(item.right)), _(outcome) if outcome else "", due_on, trace))
    return lines


def _told(case: SubjectRequest, history: list[HistoryRow]) -> list[ToldLine]:
    """Whom we told; the table is read only where the history says that there was somebody to tell."""
    if not any(row.kind == "recipients_told" for row in history):
        return []
    return [ToldLine(one.label, _(TOLD[one.state]), _day(one.at)) for one in told_about(case)]


def _timeline(history: list[HistoryRow]) -> list[Line]:
    """The same words of one day stand once: ten systems that answer are one step for the person."""
    lines = [Line(_day(row.at), text) for row in history if (text := _words(row))]
    return list(dict.fromkeys(lines))


def _words(row: HistoryRow) -> str:
    """The row for a person; empty for what only our staff need."""
    if row.kind == "filed":
        how = _(CHANNELS.get(Channel(row.detail), "by another way"))
        return _("Your request was noted here. It reached us %(how)s.") % {"how": how}
    last = row.detail.rpartition(":")[2]
    match row.kind:
        case "letter_written":
            words = LETTERS.get(row.detail.partition(":")[0])
        case "notice":
            words = RECIPIENT_TOLD.get(last)
        case "recipients_told":
            words = TELLING if last != "0" else None
        case _:
            words = HAPPENED.get(row.kind)
    return _(words) if words else ""


def _letter(row: Letter) -> LetterLine:
    return LetterLine(row.pk, _(TITLES.get(row.kind, "A letter")), row.created_at, row.language, row.text)


def _left(case: SubjectRequest, history: list[HistoryRow]) -> list[str]:
    """What a system left behind; asked for only where the history says that somebody does a part by hand."""
    if not any(row.kind == "task_opened" for row in history):
        return []
    return [_left_in(case, row) for row in left_in_systems(case)]


def _left_in(case: SubjectRequest, row: Left) -> str:
    if row.said:
        return system_line(system_said(row.said, case.regime or settings.KEPT_PROFILE)).removeprefix("- ")
    why = sentence(row.why).rstrip(".")
    by = _("somebody of ours does it by %(day)s") % {"day": day_in_words(row.by)}
    return f"{label(row.label)}: {why}; {by}."


def _day(moment: dt.datetime) -> dt.date:
    return clock.local_date(moment, settings.KEPT_TIME_ZONE)
