"""Which of our own tables hold anything about a person, and what an erasure does to it: one question each, instead of
one for each table.

Most tables hold nothing of most people. Those need not be asked again by export, plan or proof, which ask for the
same rows; outside systems are always asked.
"""

import uuid
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import UUIDField

from privacy.kernel.planned import fetch_planned
from privacy.kernel.ready_together import ReadyTogether
from privacy.kernel.together import fetch_together
from privacy.personal_data.contract import Handler, HandlerPlan, Person
from privacy.personal_data.guards import held_among
from privacy.personal_data.model_handler import ModelHandler

MOST_SUBJECTS = 8  # in one statement: SQLite takes a limited number of values
Question = tuple[str, list[Any]]


def with_rows(person: Person, asked: Sequence[Handler]) -> list[Handler]:
    """The handlers that must be asked about the person, in their order: the tables of ours that hold a row at this
    moment, and whatever is no table of ours."""
    tables = [handler for handler in asked if isinstance(handler, ModelHandler)]
    filled: set[str] = set()
    for start in range(0, len(person.subject_ids), MOST_SUBJECTS):
        filled |= _filled(tables, person.subject_ids[start : start + MOST_SUBJECTS])
    return [handler for handler in asked if handler.key in filled or not isinstance(handler, ModelHandler)]


def erasures_of(person: Person, tables: Sequence[ModelHandler]) -> dict[str, HandlerPlan]:
    """What an erasure would do in these tables of ours, by key; as each would say by itself."""
    anchored = {handler: handler.anchored(rows) for handler, rows in zip(tables, _keys_of(person, tables), strict=True)}
    held = held_among(person, {handler.key: list(rows) for handler, rows in anchored.items() if rows})
    return {handler.key: handler.erasure_of(rows, held.get(handler.key, {})) for handler, rows in anchored.items()}


def _keys_of(person: Person, tables: Sequence[ModelHandler]) -> list[Any]:
    """As each handler says by itself: see `ModelHandler.keys_of`."""
    if len(person.subject_ids) > MOST_SUBJECTS:
        return [handler.keys_of(person) for handler in tables]
    steady = tuple(handler for handler in tables if handler.declaration.is_steady)
    others = [handler.keys_of(person) for handler in tables if handler not in steady]
    fetch_together(*others)
    of_steady, of_others = iter(_keys(steady).all(person.subject_ids)), iter(others)
    return [next(of_steady if handler in steady else of_others) for handler in tables]


@lru_cache(maxsize=256)
def _keys(steady: tuple[ModelHandler, ...]) -> ReadyTogether:
    return ReadyTogether(*(handler.keys_about for handler in steady))


def _filled(tables: Sequence[ModelHandler], subjects: tuple[uuid.UUID, ...]) -> set[str]:
    adapted = [UUIDField().get_db_prep_value(subject, connection) for subject in subjects]
    questions = [_question(handler, subjects, adapted) for handler in tables]
    if not questions:
        return set()
    whole = _united(tuple(sql for sql, _ in questions))
    found = fetch_planned(whole, [value for _, values in questions for value in values])
    return {tables[number].key for (number,) in found}


@lru_cache(maxsize=64)
def _united(questions: tuple[str, ...]) -> str:
    return " UNION ALL ".join(f"SELECT {number} WHERE EXISTS ({sql})" for number, sql in enumerate(questions))


def _question(handler: ModelHandler, subjects: tuple[uuid.UUID, ...], adapted: Sequence[Any]) -> Question:
    phase = handler.declaration.phase
    if phase is None:
        return _compiled(handler, subjects)
    sql, places = _shape(handler, len(subjects), connection.vendor, phase)
    return sql, [value if place is None else adapted[place] for place, value in places]


@lru_cache(maxsize=1024)
def _shape(handler: ModelHandler, many: int, *_key: Hashable) -> tuple[str, list[tuple[int | None, Any]]]:
    """The question about so many subjects, and what stands at each of its marks: which of them, or what value."""
    stand_ins = tuple(uuid.uuid4() for _ in range(many))
    sql, values = _compiled(handler, stand_ins)
    adapted = [UUIDField().get_db_prep_value(each, connection) for each in stand_ins]
    return sql, [(adapted.index(value) if value in adapted else None, value) for value in values]


def _compiled(handler: ModelHandler, subjects: tuple[uuid.UUID, ...]) -> Question:
    rows = handler.rows_of(Person(subjects)).order_by().values("pk")
    sql, values = rows.query.sql_with_params()
    return sql, list(values)
