"""What an erasure would do, for an operator: per system and table, also where nothing was found."""

import datetime as dt
from typing import Any

from django.db import transaction

from dsr.audit_events import PREVIEWED
from dsr.services.planning import Preview, preview_erasure
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.personal_data.contract import Handler, HandlerPlan, HandlerUnavailable, Person

OUTCOMES = {"delete": "erased", "anonymize": "erased", "retain": "retained"}


def preview_for_operator(*, person: Person, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """The preview as plain data, without row keys and identifiers; looking at it is audited."""
    preview = preview_erasure(person=person, now=now)
    with transaction.atomic():
        record(
            PREVIEWED,
            actor=actor,
            at=now,
            subject_id=person.subject_ids[0] if person.subject_ids else None,
            tables=sum(len(plan.tables) for _, plan in preview.plans),
            rows=preview.rows,
        )
    return {
        "is_known": bool(person.subject_ids),
        "rows": preview.rows,
        "systems": _systems(preview, person),
        "problems": preview.problems,
    }


def _systems(preview: Preview, person: Person) -> list[dict[str, Any]]:
    systems = []
    for summary, (handler, plan) in zip(preview.summary(), preview.plans, strict=True):
        for table in summary["tables"]:
            table["outcome"] = OUTCOMES[table["treatment"]]
        summary["tables"] += _not_found(handler, plan, person, preview)
        systems.append(summary)
    return systems


def _not_found(handler: Handler, plan: HandlerPlan, person: Person, preview: Preview) -> list[dict[str, Any]]:
    """The tables that were asked and hold nothing of the person."""
    if plan.problems or plan.not_offered:
        return []
    try:
        found = handler.find(person)
    except HandlerUnavailable as error:
        preview.problems.append(f"{handler.label} did not answer ({error}). Try again when it does.")
        return []
    planned = {table.table for table in plan.tables}
    return [
        {"table": each.table, "outcome": "not_found", "rows": 0}
        for each in found
        if each.table not in planned and not each.rows
    ]
