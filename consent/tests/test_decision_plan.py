"""How PostgreSQL finds an answer among many people: by indexes, without reading or sorting what is not asked for."""

import json
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from benchmarks.cases.filling import fill
from consent.hot_reads import ask_many, ask_once
from consent.tests.conftest import choose
from privacy.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.pg]
SMALL = {"accounts_apikey", "personal_data_restriction", "personal_data_subjectalias"}  # empty here, or a page
PAGE = 100  # rows that a sort may hold


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(one for each in plan.get("Plans", []) for one in nodes(each))]


def plans_of(ask: Any) -> list[dict[str, Any]]:
    """The plan of each statement that this sends."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask()
    found = []
    for sql, params in sent:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            plan = cursor.fetchone()[0]
        found.append((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return found


def test_no_decision_reads_or_sorts_a_table(alice: User, demo_policy: Any) -> None:
    choose(alice, "click_tracking", allow=True)
    fill(200_000)
    people = [("email", "alice@example.com"), *(("email", f"p{number}@example.com") for number in range(99))]
    plans = plans_of(lambda: ask_once("x", "email", "alice@example.com", "click_tracking", clock.now()))
    plans += plans_of(lambda: ask_many("x", people, {"click_tracking"}, clock.now()))
    assert len(plans) == 2
    every = [node for plan in plans for node in nodes(plan)]
    read = {node["Relation Name"] for node in every if node["Node Type"] == "Seq Scan"}
    assert read <= SMALL, read
    assert all(node["Plan Rows"] <= PAGE for node in every if "Sort" in node["Node Type"])
    assert any("Index" in node["Node Type"] for node in every)
