"""Acts on requests of controllers: take in, start, cancel, send back, complete. Each changes the status by
compare-and-set and queues what the controller is told in the same transaction."""

import datetime as dt
import json
from dataclasses import asdict

from django.db import IntegrityError, transaction

from dsr.freezing import freeze
from dsr.models import RequestItem, SubjectRequest
from dsr.opendsr.callbacks import queue_callbacks
from dsr.opendsr.matching import Matched
from dsr.opendsr.models import Controller, ProtocolRequest
from dsr.opendsr.reading import Filing
from dsr.opendsr.vocabulary import MOST_AN_HOUR, REASONS, REGIONS, RESULTS_KEPT, RIGHTS, Status
from dsr.services.moving import move, note_history
from dsr.services.opening import Reach, open_case
from dsr.states import Channel, Role, State
from privacy.jobs.services import enqueue
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import digest
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.kernel.keyring import keyring
from privacy.personal_data.contract import HandlerPlan

CARRY_OUT = "opendsr.carry_out"


class TooMany(DomainError):
    """The customer files more than any company does."""

    code = "too_many"
    http_status = 429


@transaction.atomic
def take_in(*, controller: Controller, filing: Filing, body: bytes, actor: Actor, now: dt.datetime) -> ProtocolRequest:
    """Take a request in, once for each subject_request_id of the controller: a repetition gets the first one.

    The controller vouches for who asks; nobody is looked up, and no subject of ours is attached. The days count from
    when the person asked. Raises StaleState where the id came with another body, TooMany.
    """
    body_mac = keyring().mac("opendsr-body", body.hex())
    if before := _before(controller, filing, body_mac):
        return before
    lately = controller.requests.filter(received_at__gt=now - dt.timedelta(hours=1)).count()
    if lately >= MOST_AN_HOUR:
        raise TooMany(f"You filed {MOST_AN_HOUR} requests within an hour. Go on in an hour.")
    try:
        with transaction.atomic():
            row = _store(controller, filing, body_mac, actor=actor, now=now)
    except IntegrityError:  # the same request at the same moment: its case is undone with it
        found = _before(controller, filing, body_mac)
        if found is None:
            raise
        return found
    queue_callbacks(row, now=now)
    return row


def _store(controller: Controller, filing: Filing, body_mac: str, *, actor: Actor, now: dt.datetime) -> ProtocolRequest:
    case = SubjectRequest(
        state=State.RECEIVED,
        channel=Channel.OPENDSR,
        role=Role.PROCESSOR,
        received_at=filing.submitted_at,
        confirmed_at=now,
        identity_level="V1",
        region=REGIONS[filing.regulation],
        is_demo=controller.is_demo,
    )
    open_case(case, [RIGHTS[filing.kind]], Reach(), actor=actor, now=now)
    row = ProtocolRequest.objects.create(
        controller=controller,
        subject_request_id=filing.subject_request_id,
        body_mac=body_mac,
        kind=filing.kind,
        regulation=filing.regulation,
        identities=json.dumps([asdict(each) for each in filing.identities]),
        callback_urls=json.dumps(filing.callback_urls),
        case=case,
        submitted_at=filing.submitted_at,
        received_at=now,
        changed_at=now,
        is_demo=controller.is_demo,
    )
    note_history(subject_request=case, kind="opendsr_vouched", actor=actor, now=now, detail="by_the_controller")
    return row


def _before(controller: Controller, filing: Filing, body_mac: str) -> ProtocolRequest | None:
    rows = controller.requests.select_related("case", "controller")
    found = rows.filter(subject_request_id=filing.subject_request_id).first()
    if found is not None and found.body_mac != body_mac:
        raise StaleState(
            "This subject_request_id came before with another body. Use a new one for each request.",
            field="subject_request_id",
        )
    return found


@transaction.atomic
def start(
    *, request: ProtocolRequest, matched: Matched, plans: list[HandlerPlan], actor: Actor, now: dt.datetime
) -> None:
    """Begin: from now on it cannot be cancelled. An erasure runs exactly the plans that were looked at.

    Without a system of the customer's a person carries it out, and says so by `finish_by_hand`. Raises DomainError
    where a system refuses its plan, StaleState where it was started, cancelled or sent back before.
    """
    if problems := [problem for plan in plans for problem in plan.problems]:
        raise DomainError(" ".join(problems), code="plan_problems")
    row = _change(request, Status.PENDING, Status.IN_PROGRESS, kind="opendsr_started", actor=actor, now=now)
    _plan(row, matched, plans, actor)
    _run(row, now, "first")


@transaction.atomic
def go_on(
    *, request: ProtocolRequest, matched: Matched, plans: list[HandlerPlan], actor: Actor, now: dt.datetime
) -> None:
    """Once more, with fresh plans, where somebody had to look. StaleState where nothing waits for that."""
    row = ProtocolRequest.objects.select_for_update(no_key=True).select_related("case").get(pk=request.pk)
    if row.status != Status.IN_PROGRESS or not row.problem:
        raise StaleState("This request does not wait for anybody.")
    row.problem = ""
    _plan(row, matched, plans, actor)
    note_history(subject_request=row.case, kind="opendsr_started", actor=actor, now=now, detail="again")
    _run(row, now, f"{now:%Y%m%d%H%M%S%f}")


def _plan(row: ProtocolRequest, matched: Matched, plans: list[HandlerPlan], actor: Actor) -> None:
    row.frozen = freeze(matched.person, plans)
    row.unmatched_count = matched.unmatched
    row.started_by = actor.id
    row.save(update_fields=["frozen", "unmatched_count", "started_by", "problem"])


def _run(row: ProtocolRequest, now: dt.datetime, round_: str) -> None:
    if row.controller.systems:
        enqueue(CARRY_OUT, idem_key=f"{CARRY_OUT}:{row.pk}:{round_}", payload={"request": str(row.pk)}, now=now)


@transaction.atomic
def cancel(*, request: ProtocolRequest, actor: Actor, now: dt.datetime) -> None:
    """The controller takes it back, while nobody works on it. DomainError afterwards."""
    try:
        row = _change(request, Status.PENDING, Status.CANCELLED, kind="opendsr_cancelled", actor=actor, now=now)
    except StaleState:
        raise DomainError("Only a pending request can be cancelled.", field="subject_request_id") from None
    move(subject_request=row.case, to=State.WITHDRAWN, kind="opendsr_cancelled", actor=actor, now=now)


@transaction.atomic
def send_back(*, request: ProtocolRequest, reason: str, words: str, actor: Actor, now: dt.datetime) -> None:
    """Do not do it, and say why. The protocol knows no refusal: it is told as cancelled, with our reason beside it.

    InvalidInput(reason); StaleState where it has ended, or is being carried out by systems.
    """
    if reason not in REASONS:
        raise InvalidInput("Choose why it is sent back.", field="reason")
    by_hand = request.status == Status.IN_PROGRESS and (request.problem or not request.controller.systems)
    before = Status.IN_PROGRESS if by_hand else Status.PENDING
    row = _change(request, before, Status.CANCELLED, kind="opendsr_sent_back", actor=actor, now=now, reason=reason)
    row.words = words.strip()
    row.save(update_fields=["words"])
    _close(row, "refused", to=State.REFUSED, kind="opendsr_sent_back", actor=actor, now=now)


@transaction.atomic
def finish_by_hand(*, request: ProtocolRequest, results_count: int, words: str, actor: Actor, now: dt.datetime) -> None:
    """Somebody carried it out. InvalidInput names results_count or words; StaleState where nothing waits for that."""
    if results_count < 0:
        raise InvalidInput("Give how many records it was about; 0 where nothing is held.", field="results_count")
    if not words.strip():
        raise InvalidInput("Write what was done, and how the customer got what it asked for.", field="words")
    if request.controller.systems and not request.problem:
        raise StaleState("Systems carry this out. It completes by itself.")
    request.words = words.strip()
    request.save(update_fields=["words"])
    complete(request=request, results_count=results_count, actor=actor, now=now)


@transaction.atomic
def complete(
    *, request: ProtocolRequest, results_count: int, retained_count: int = 0, actor: Actor, now: dt.datetime
) -> None:
    """It is done, with how many records. StaleState where it is not in progress."""
    counts: dict[str, str | int] = {"results_count": results_count, "retained_count": retained_count, "problem": ""}
    row = _change(
        request, Status.IN_PROGRESS, Status.COMPLETED, kind="opendsr_completed", actor=actor, now=now, **counts
    )
    outcome = "partly" if retained_count else "fulfilled" if results_count else "nothing_held"
    _close(row, outcome, to=State.CLOSED, kind="opendsr_completed", actor=actor, now=now)


def _change(
    request: ProtocolRequest,
    old: Status,
    new: Status,
    *,
    kind: str,
    actor: Actor,
    now: dt.datetime,
    **more: str | int,
) -> ProtocolRequest:
    has_ended = new in {Status.COMPLETED, Status.CANCELLED}
    ends: dict[str, dt.datetime] = {"blank_at": now + RESULTS_KEPT} if has_ended else {}
    mine = ProtocolRequest.objects.filter(pk=request.pk, status=old)
    if mine.update(status=new, changed_at=now, **ends, **more) != 1:
        raise StaleState("Somebody changed this request a moment ago. Load the page again.")
    row = ProtocolRequest.objects.select_related("case", "controller").get(pk=request.pk)
    if not has_ended:
        note_history(subject_request=row.case, kind=kind, actor=actor, now=now)
    queue_callbacks(row, now=now)
    return row


def _close(row: ProtocolRequest, outcome: str, *, to: State, kind: str, actor: Actor, now: dt.datetime) -> None:
    RequestItem.objects.filter(subject_request=row.case).update(outcome=outcome, decided_at=now)
    move(subject_request=row.case, to=to, kind=kind, actor=actor, now=now, detail=outcome)


def plan_digest(plans: list[HandlerPlan]) -> str:
    """What was looked at, in one word: whoever starts it sends it back, and other rows are another word."""
    rows = [[plan.handler, plan.not_offered, [[t.table, t.treatment, *t.keys] for t in plan.tables]] for plan in plans]
    return digest([json.dumps(rows)])
