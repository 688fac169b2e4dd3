"""A plan as text that can be hashed, encrypted and read back: what was approved is what is run."""

import datetime as dt
import json
import uuid
from typing import Any

from privacy.kernel.canonical import canonical_json
from privacy.personal_data.candidates import Ruling
from privacy.personal_data.contract import Action, HandlerPlan, Identity, Person, Residual, TablePlan, Treatment


def freeze(person: Person, plans: list[HandlerPlan]) -> str:
    """The canonical text of a person and every handler's plan. It holds row keys and identifiers."""
    return canonical_json(
        {
            "subjects": [str(subject) for subject in person.subject_ids],
            "identities": [[identity.kind, identity.value] for identity in person.identities],
            "plans": [_plan_out(plan) for plan in plans],
            **({"rulings": [_ruling_out(each) for each in person.rulings]} if person.rulings else {}),
        }
    )


def thaw(text: str) -> tuple[Person, list[HandlerPlan]]:
    """Read back what `freeze` wrote."""
    data = json.loads(text)
    return _person_in(data), [_plan_in(plan) for plan in data["plans"]]


def thaw_person(text: str) -> Person:
    """The person alone."""
    return _person_in(json.loads(text))


def _person_in(data: dict[str, Any]) -> Person:
    return Person(
        tuple(uuid.UUID(subject) for subject in data["subjects"]),
        tuple(Identity(kind, value) for kind, value in data["identities"]),
        tuple(Ruling(*values) for values in data.get("rulings", ())),
    )


def _ruling_out(each: Ruling) -> list[Any]:
    return [each.system, each.table, each.key, each.is_theirs]


def _plan_out(plan: HandlerPlan) -> dict[str, Any]:
    return {
        "handler": plan.handler,
        "action": plan.action.value,
        "not_offered": plan.not_offered,
        "tables": [_table_out(table) for table in plan.tables],
        "residuals": [[r.table, r.what, r.why, r.who, r.rows] for r in plan.residuals],
    }


def _table_out(table: TablePlan) -> dict[str, Any]:
    return {
        "table": table.table,
        "treatment": table.treatment.value,
        "keys": list(table.keys),
        "fields": list(table.fields),
        "kept_fields": list(table.kept_fields),
        "ground": table.ground,
        "until": table.until,
        "note": table.note,
        "is_held": table.is_held,
        "old": list(table.old),
    }


def _plan_in(data: dict[str, Any]) -> HandlerPlan:
    tables = tuple(
        TablePlan(
            table=table["table"],
            treatment=Treatment(table["treatment"]),
            keys=tuple(table["keys"]),
            fields=tuple(table["fields"]),
            kept_fields=tuple(table["kept_fields"]),
            ground=table["ground"],
            until=dt.date.fromisoformat(table["until"]) if table["until"] else None,
            note=table["note"],
            is_held=table.get("is_held", False),
            old=tuple(table.get("old", ())),
        )
        for table in data["tables"]
    )
    residuals = tuple(Residual(*values) for values in data["residuals"])
    return HandlerPlan(data["handler"], Action(data["action"]), tables, residuals, data["not_offered"])
