"""What `verify` found beyond the frozen keys: a plan of only those rows, for approval of its own."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from dsr.freezing import thaw
from dsr.models import ErasurePlan, Step, SubjectRequest
from dsr.selectors import APPROVED_PLANS
from dsr.services.planning import freeze_plan, preview_erasure
from dsr.services.ruling import with_rulings
from dsr.states import StepState
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import HandlerPlan, HandlerUnavailable, TablePlan, Treatment


def approved_plans(
    subject_request: SubjectRequest, *, known: Mapping[uuid.UUID, Sequence[HandlerPlan]] | None = None
) -> dict[str, HandlerPlan]:
    """Everything that was approved in this case, by handler, each as one plan. `known`: plans that were read already,
    by their keys."""
    merged: dict[str, HandlerPlan] = {}
    for plan in APPROVED_PLANS.all(subject_request.pk):
        for frozen in (known or {}).get(plan.pk) or thaw(plan.frozen)[1]:
            if (first := merged.setdefault(frozen.handler, frozen)) is not frozen:
                merged[frozen.handler] = dataclasses.replace(first, tables=first.tables + frozen.tables, not_offered="")
    return merged


def prepare_supplement(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> ErasurePlan:
    """Freeze the rows beyond the plan. DomainError where there are none (the run is then tried again)."""
    waiting = set(
        Step.objects.filter(run__plan__subject_request=subject_request, state=StepState.BEYOND_PLAN).values_list(
            "handler", flat=True
        )
    )
    first = APPROVED_PLANS.first(subject_request.pk)
    if not waiting or first is None:
        raise DomainError("Nothing was found beyond the approved plan.")
    person = with_rulings(thaw(first.frozen)[0], subject_request)
    preview = preview_erasure(person=person, now=now)
    if preview.problems:
        raise DomainError(" ".join(preview.problems), code="plan_problems")
    approved = approved_plans(subject_request)
    try:
        preview.plans = [
            (handler, _beyond(handler.plan_beyond(person, plan, known, now=now), known))
            for handler, plan in preview.plans
            if handler.key in waiting and (known := approved[handler.key])
        ]
    except HandlerUnavailable as error:
        raise DomainError(f"A system did not answer ({error}). Try again when it does.") from None
    if problems := [problem for _, plan in preview.plans for problem in plan.problems]:
        raise DomainError(" ".join(problems), code="plan_problems")
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
