"""What `verify` found beyond the frozen keys: a plan of only those rows, for approval of its own."""

import dataclasses
import datetime as dt

from dsr.freezing import thaw
from dsr.models import ErasurePlan, Step, SubjectRequest
from dsr.services.planning import freeze_plan, preview_erasure
from dsr.states import StepState
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import HandlerPlan, TablePlan, Treatment


def approved_plans(subject_request: SubjectRequest, handler: str) -> HandlerPlan:
    """Everything that was approved for one handler in this case, as one plan."""
    merged: HandlerPlan | None = None
    for plan in subject_request.plans.filter(state="approved").order_by("number"):
        for frozen in thaw(plan.frozen)[1]:
            if frozen.handler != handler:
                continue
            if merged is None:
                merged = frozen
            else:
                merged = dataclasses.replace(merged, tables=merged.tables + frozen.tables, not_offered="")
    if merged is None:
        raise KeyError(handler)
    return merged


def prepare_supplement(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> ErasurePlan:
    """Freeze the rows beyond the plan. DomainError where there are none (the run is then tried again)."""
    waiting = set(
        Step.objects.filter(run__plan__subject_request=subject_request, state=StepState.BEYOND_PLAN).values_list(
            "handler", flat=True
        )
    )
    first = subject_request.plans.filter(state="approved").order_by("number").first()
    if not waiting or first is None:
        raise DomainError("Nothing was found beyond the approved plan.")
    person, _ = thaw(first.frozen)
    preview = preview_erasure(person=person, now=now)
    if preview.problems:
        raise DomainError(" ".join(preview.problems), code="plan_problems")
    preview.plans = [
        (handler, _beyond(plan, approved_plans(subject_request, handler.key)))
        for handler, plan in preview.plans
        if handler.key in waiting
    ]
    return freeze_plan(subject_request=subject_request, preview=preview, actor=actor, now=now, is_supplementary=True)


def _beyond(plan: HandlerPlan, approved: HandlerPlan) -> HandlerPlan:
    known: dict[str, set[str]] = {}
    for table in approved.tables:
        if table.treatment is not Treatment.RETAIN:
            continue
        known.setdefault(table.table, set()).update(table.keys)
    tables = tuple(_only_new(table, known.get(table.table, set())) for table in plan.tables)
    return dataclasses.replace(plan, tables=tuple(table for table in tables if table.rows))


def _only_new(table: TablePlan, known: set[str]) -> TablePlan:
    return dataclasses.replace(table, keys=tuple(key for key in table.keys if key not in known))
