"""Close a case: only with an answer from every system, with a receipt and a letter, in one transaction."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from dsr.grounds import GROUNDS
from dsr.models import ReceiptRow, RequestItem, Run, Step, SubjectRequest
from dsr.outcomes import STAYS
from dsr.retained.models import RetainedSet
from dsr.retained.services import note_retained
from dsr.selectors import APPROVED_PLANS, items_of
from dsr.services.letters import write_letter
from dsr.services.moving import move
from dsr.services.receipts import write_receipt
from dsr.services.releasing import release_case_package
from dsr.services.system_answers import known_answers, note_system_answers
from dsr.states import Answer, Right, State, StepState
from privacy.jobs.claiming import Claim
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import DomainError
from privacy.kernel.ready import Ready
from privacy.kernel.statements import change_where
from privacy.personal_data.contract import HandlerPlan, Person
from privacy.policy.board import is_on
from privacy.retention.journal import journal_erasure

OURS = "kept"


class Unanswered(DomainError):
    """A system has not answered: silence never closes a case."""

    code = "unanswered"


def close_run(*, claim: Claim, run: Run, person: Person, approved: Mapping[str, HandlerPlan]) -> dict[str, int | str]:
    """Write receipt and letter and close; `approved` is everything that was, by handler. Raises Unanswered where a
    step has no answer.

    The erasure journal outside the database is written first: it is idempotent, and a restored backup
    must know of the erasure even if we are killed before the commit.
    """
    subject_request = run.plan.subject_request
    journal_erasure(person, scope=str(subject_request.pk), now=claim.now)
    with transaction.atomic():
        claim.hold()
        steps = STEPS.all(subject_request.pk)
        silent = [step.handler for step in steps if step.state != StepState.DONE or not step.answer]
        if silent and is_on("dsr.every_system_answers"):
            raise Unanswered(f"{silent[0]} has not answered.")
        if subject_request.state == State.BLOCKED:
            move(subject_request=subject_request, to=State.RUNNING, kind="unblocked", actor=SYSTEM, now=claim.now)
        change_where(Run, {"id": run.pk}, finished_at=claim.now)
        kept = note_retained(
            subject_request=subject_request, person=person, steps=steps, approved=approved, now=claim.now
        )
        outcome = _decide_outcome(subject_request, steps, kept, claim.now)
        receipt = _write_receipt(subject_request, run, steps, claim.now)
        package = release_case_package(subject_request=subject_request, actor=SYSTEM, now=claim.now)
        write_letter(subject_request=subject_request, receipt=receipt, steps=steps, package=package, now=claim.now)
        move(
            subject_request=subject_request, to=State.CLOSED, kind="closed", actor=SYSTEM, now=claim.now, detail=outcome
        )
        result: dict[str, int | str] = {"answer": outcome, "steps": len(steps)}
        claim.finish(result)
    return result


def all_steps(case: Any) -> Any:
    """The steps of every run of the case (its key), the supplementary ones after the first."""
    return Step.objects.filter(run__plan__subject_request_id=case).order_by("run__started_at", "position")


STEPS = Ready(all_steps)


def _decide_outcome(
    subject_request: SubjectRequest, steps: list[Step], kept: list[RetainedSet], now: dt.datetime
) -> str:
    """What a hold keeps anywhere, what an outside system keeps, and what people could not remove there makes the
    answer a partial refusal: its ground stands with the right, the rest in receipt and letter. Evidence of ours that
    names nobody does not, nor what people removed."""
    item = next((item for item in items_of(subject_request) if item.right == Right.ERASURE), None)
    said = note_system_answers(item, known_answers(subject_request, Right.ERASURE), now) if item else []
    grounds = [each.ground for each in kept if each.is_held or each.system != OURS]
    grounds += [each.ground for each in said if each.answer in STAYS]
    answers = {step.answer for step in steps}
    if grounds or any(step.retained for step in steps if step.system != OURS):
        outcome = "partly"
    elif answers <= {Answer.NOTHING_HELD, Answer.NOT_OFFERED}:
        outcome = "nothing_held"
    else:
        outcome = "fulfilled"
    change_where(
        RequestItem,
        {"subject_request_id": subject_request.pk, "right": Right.ERASURE},
        outcome=outcome,
        ground=grounds[0] if grounds else "",
        decided_at=now,
    )
    return outcome


def _write_receipt(subject_request: SubjectRequest, run: Run, steps: list[Step], now: dt.datetime) -> ReceiptRow:
    approved = APPROVED_PLANS.all(subject_request.pk)
    facts = {
        "received_at": subject_request.received_at,
        "plan": run.plan.digest,
        "steps": [_step_line(step) for step in steps],
        "held_later": [line for step in steps for line in held_later(step)],
        "tables": [table for plan in approved for table in _tables(plan.summary)],
    }
    counts = {
        "systems": len(steps),
        "removed": sum(step.removed for step in steps),
        "anonymized": sum(step.anonymized for step in steps),
        "retained": sum(step.retained for step in steps),
    }
    return write_receipt(
        subject_request=subject_request, facts=facts, counts=counts, plan_digest=run.plan.digest, now=now
    )


def held_later(step: Step) -> list[dict[str, Any]]:
    """What a legal hold kept although it was approved to go, with ground and the day it is looked at again."""
    return [
        {
            "system": step.system,
            "label": step.label,
            "table": line["table"],
            "rows": line["rows"],
            "ground": line["why"],
            "until": line["until"],
            "is_held": True,
        }
        for line in step.left_over
        if line["why"] in GROUNDS
    ]


def _step_line(step: Step) -> dict[str, Any]:
    return {
        "handler": step.handler,
        "system": step.system,
        "answer": step.answer,
        "removed": step.removed,
        "anonymized": step.anonymized,
        "retained": step.retained,
        "already_done": step.already_done,
        "verified_at": step.verified_at,
    }


def _tables(summary: str) -> list[dict[str, Any]]:
    return [
        {
            "system": handler["system"],
            "label": handler["label"],
            **{key: table[key] for key in ("table", "treatment", "rows", "ground", "until", "note")},
            "is_held": table.get("is_held", False),
        }
        for handler in json.loads(summary)
        for table in handler["tables"]
    ]
