"""Close a case: only with an answer from every system, with a receipt and a letter, in one transaction."""

import base64
import datetime as dt
import json
from typing import Any

from django.db import transaction

from dsr.audit_events import RECEIPT
from dsr.freezing import thaw
from dsr.grounds import GROUNDS
from dsr.models import ReceiptRow, RequestItem, Run, Step, SubjectRequest
from dsr.services.letters import write_letter
from dsr.services.moving import move
from dsr.services.releasing import release_case_package
from dsr.states import Answer, Right, State, StepState
from privacy.audit.services import append_evidence
from privacy.jobs.claiming import Claim
from privacy.kernel.actors import SYSTEM
from privacy.kernel.canonical import canonical_json
from privacy.kernel.errors import DomainError
from privacy.kernel.keyring import keyring
from privacy.policy.board import is_on
from privacy.retention.journal import journal_erasure


class Unanswered(DomainError):
    """A system has not answered: silence never closes a case."""

    code = "unanswered"


def close_run(*, claim: Claim, run: Run) -> dict[str, int | str]:
    """Write receipt and letter and close. Raises Unanswered where a step has no answer.

    The erasure journal outside the database is written first: it is idempotent, and a restored backup
    must know of the erasure even if we are killed before the commit.
    """
    subject_request = run.plan.subject_request
    person, _ = thaw(run.plan.frozen)
    journal_erasure(person, scope=str(subject_request.pk), now=claim.now)
    with transaction.atomic():
        claim.hold()
        steps = list(all_steps(subject_request))
        silent = [step.handler for step in steps if step.state != StepState.DONE or not step.answer]
        if silent and is_on("dsr.every_system_answers"):
            raise Unanswered(f"{silent[0]} has not answered.")
        if subject_request.state == State.BLOCKED:
            move(subject_request=subject_request, to=State.RUNNING, kind="unblocked", actor=SYSTEM, now=claim.now)
        Run.objects.filter(pk=run.pk).update(finished_at=claim.now)
        outcome = _decide_outcome(subject_request, steps, claim.now)
        receipt = _write_receipt(subject_request, run, steps, claim.now)
        package = release_case_package(subject_request=subject_request, actor=SYSTEM, now=claim.now)
        write_letter(subject_request=subject_request, receipt=receipt, steps=steps, package=package, now=claim.now)
        move(
            subject_request=subject_request, to=State.CLOSED, kind="closed", actor=SYSTEM, now=claim.now, detail=outcome
        )
        result: dict[str, int | str] = {"answer": outcome, "steps": len(steps)}
        claim.finish(result)
    return result


def all_steps(subject_request: SubjectRequest) -> Any:
    """The steps of every run of the case, the supplementary ones after the first."""
    return Step.objects.filter(run__plan__subject_request=subject_request).order_by("run__started_at", "position")


def _decide_outcome(subject_request: SubjectRequest, steps: list[Step], now: dt.datetime) -> str:
    answers = {step.answer for step in steps}
    if answers <= {Answer.NOTHING_HELD, Answer.NOT_OFFERED}:
        outcome = "nothing_held"
    elif any(step.retained or json.loads(step.residuals) for step in steps if step.system != "kept"):
        outcome = "partly"
    else:
        outcome = "fulfilled"
    RequestItem.objects.filter(subject_request=subject_request, right=Right.ERASURE).update(
        outcome=outcome, decided_at=now
    )
    return outcome


def _write_receipt(subject_request: SubjectRequest, run: Run, steps: list[Step], now: dt.datetime) -> ReceiptRow:
    ring = keyring()
    body = canonical_json(
        {
            "reference": subject_request.reference,
            "received_at": subject_request.received_at,
            "finished_at": now,
            "plan": run.plan.digest,
            "steps": [_step_line(step) for step in steps],
            "held_later": [line for step in steps for line in held_later(step)],
            "tables": [
                table for plan in subject_request.plans.filter(state="approved") for table in _tables(plan.summary)
            ],
        }
    )
    last = ReceiptRow.objects.order_by("-at", "-id").values_list("row_hash", flat=True).first()
    receipt = ReceiptRow(
        at=now,
        is_demo=subject_request.is_demo,
        subject_request_id=subject_request.pk,
        plan_digest=run.plan.digest,
        body=body,
        previous=last or "",
        key_id=ring.primary,
        signature=base64.b64encode(ring.signing_key().sign(body.encode())).decode(),
    )
    return append_evidence(
        receipt,
        event=RECEIPT,
        actor=SYSTEM,
        subject_id=subject_request.subject_id,
        target=subject_request,
        systems=len(steps),
        removed=sum(step.removed for step in steps),
        anonymized=sum(step.anonymized for step in steps),
        retained=sum(step.retained for step in steps),
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
        }
        for line in json.loads(step.residuals)
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
        }
        for handler in json.loads(summary)
        for table in handler["tables"]
    ]
