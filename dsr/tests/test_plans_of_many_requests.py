"""How PostgreSQL finds what a page of the console shows among many requests: by indexes, without reading a table."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks.cases.requests_filling import Requests, insert
from dsr.reports.rollup import count_more
from privacy.kernel import clock
from privacy.testing.cast import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.pg]
QUEUE = "/console/dsr/subjectrequest/"
LARGE = {"dsr_subjectrequest", "dsr_requestitem", "dsr_clock", "dsr_historyrow"}
PAGES = {
    "month": f"{QUEUE}month/",
    "overdue": f"{QUEUE}?show=overdue",
    "due soon": f"{QUEUE}?show=due_3",
    "right and law": f"{QUEUE}?right=erasure&law=EU-",
    "ground": f"{QUEUE}?show=all&ground=rights_of_others",
    "kept by single systems": f"{QUEUE}?show=all&register=kept",
    "report": f"{QUEUE}reports/",
    "first page": "/console/",
}


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(one for each in plan.get("Plans", []) for one in nodes(each))]


def test_no_page_reads_a_table_of_requests(lena: User, demo_policy: Any) -> None:
    for rows in Requests(10_000, clock.now()).chunks():
        for model, lines in rows.items():
            insert(model, lines)
    count_more(now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = signed_in(lena)
    read = {}
    for name, page in PAGES.items():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        for sql in [each["sql"] for each in asked if "dsr_" in each["sql"] and "SELECT" in each["sql"]]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql.replace('%', '%%')}", [])
                plan = cursor.fetchone()[0]
            plan = json.loads(plan) if isinstance(plan, str) else plan
            tables = {node["Relation Name"] for node in nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan"}
            if tables & LARGE:
                read[name] = (tables & LARGE, sql[:300])
    assert read == {}
