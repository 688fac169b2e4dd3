"""The second pair of eyes: approve exactly what was frozen, once."""

import datetime as dt
import uuid

from django.db import transaction

from dsr.decisions.models import Proposal
from dsr.decisions.services import settle
from dsr.freezing import thaw
from dsr.models import Approval, ErasurePlan, RequestItem, Run, Step
from dsr.services.answering import settle_item
from dsr.services.deciding import carry_refusal
from dsr.services.moving import move, note_history
from dsr.services.second_person import ONE_PAIR, approver_of
from dsr.states import State, StepState
from privacy.jobs.services import enqueue
from privacy.kernel.actors import Actor
from privacy.kernel.bulk_rows import write_rows
from privacy.kernel.errors import DomainError, StaleState
from privacy.kernel.statements import change_where, insert
from privacy.personal_data.contract import handlers


@transaction.atomic
def approve_plan(*, plan: ErasurePlan, digest: str, actor: Actor, now: dt.datetime) -> Run:
    """Approve a frozen plan and start its run, in one transaction.

    `digest` is that of the plan that the approver saw. Raises NotAllowed for somebody who prepared the
    plan, filed the request or lacks the right; StaleState where the plan is not open any more, also
    because somebody else approved it a moment ago.
    """
    subject_request = plan.subject_request
    approver = approver_of(
        actor,
        had_part={plan.prepared_by, subject_request.filed_by},
        prepared_at=plan.prepared_at,
        now=now,
    )
    changed = change_where(ErasurePlan, {"id": plan.pk, "state": "prepared", "digest": digest}, state="approved")
    if changed != 1:
        raise StaleState("This plan is no longer the open one. Load the page and read it again.")
    mark = ONE_PAIR if approver.is_one_pair else ""
    insert(Approval(plan=plan, approved_by=approver.user.pk, approved_at=now, digest=digest, mark=mark))
    if mark:
        note_history(subject_request=subject_request, kind=mark, actor=actor, now=now, detail="erasure")
    return start_run(plan=plan, actor=actor, now=now)


def start_run(*, plan: ErasurePlan, actor: Actor, now: dt.datetime) -> Run:
    """Start the run of a plan that was approved in this transaction."""
    subject_request = plan.subject_request
    insert(run := Run(plan=plan, started_at=now))
    _write_steps(run, plan)
    move(subject_request=subject_request, to=State.RUNNING, kind="approved", actor=actor, now=now, detail=plan.digest)
    enqueue(
        "dsr.advance_run",
        idem_key=f"dsr.run:{run.pk}",
        payload={"run": str(run.pk)},
        now=now,
        is_demo=subject_request.is_demo,
    )
    return run


@transaction.atomic
def approve_decision(*, proposal: Proposal, digest: str, actor: Actor, now: dt.datetime) -> None:
    """Approve a proposed decision and carry it out, in one transaction. `digest` is that of what the approver saw.

    Raises NotAllowed for somebody who proposed it, filed the request or lacks the right; StaleState where it is not
    open any more or the request changed; and whatever the decision itself refuses.
    """
    case, decision = settle(proposal=proposal, digest=digest, actor=actor, now=now)
    if case.state != State.RECEIVED:
        raise StaleState("This request is not worked on any more.")
    proposer = Actor.staff(proposal.proposed_by, via="console")
    if proposal.item_id is None:
        carry_refusal(case=case, decision=decision, actor=actor, decided_by=proposer, now=now)
        return
    item = RequestItem.objects.get(pk=proposal.item_id)
    item.subject_request = case
    settle_item(item=item, decision=decision, actor=actor, decided_by=proposer, now=now)


def _write_steps(run: Run, plan: ErasurePlan) -> None:
    _, plans = thaw(plan.frozen)
    known = {handler.key: handler for handler in handlers.all()}
    missing = [frozen.handler for frozen in plans if frozen.handler not in known]
    if missing:
        raise DomainError(f"The system {missing[0]} is no longer connected. Prepare the plan again.")
    same = {"run": str(run.pk), "state": StepState.PENDING.value, "answer": "", "reason": "", "last_error_code": ""}
    same |= {"residuals": "[]"}
    zeros = ("table_index", "key_index", "removed", "anonymized", "retained", "already_done")
    write_rows(
        Step,
        ("id", "position", "handler", "system", "label", *same, *zeros),
        (
            (
                str(uuid.uuid4()),
                position,
                frozen.handler,
                known[frozen.handler].system,
                known[frozen.handler].label,
                *same.values(),
                *(0 for _ in zeros),
            )
            for position, frozen in enumerate(plans)
        ),
    )
