"""How a list of the console is found among many requests, on both databases: by an index that has all it is asked,
whatever there is besides."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks.cases.requests_filling import Requests, insert
from dsr.due_dates import overdue_before
from dsr.models import SubjectRequest
from dsr.states import OPEN
from privacy.kernel import clock
from privacy.kernel.lookups import among, begins
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
QUEUE = "/console/dsr/subjectrequest/"
LARGE = ("dsr_subjectrequest", "dsr_requestitem", "dsr_clock", "dsr_historyrow")
PAGES = {  # with the index that finds the page
    "queue": (f"{QUEUE}?show=open", "dsr_open_queue"),
    "right and law": (f"{QUEUE}?right=erasure&law=EU-", "dsr_open_queue"),
    "by reference": (f"{QUEUE}?show=all&q=B000999", "(reference>? AND reference<?)"),
    "refusals": (f"{QUEUE}?show=all&register=refusals", "dsr_received"),
    "extensions": (f"{QUEUE}?show=all&register=extensions", "history_of_kind"),
    "kept by systems": (f"{QUEUE}?show=all&register=kept", "system_answers_by_ground"),
    "first page": ("/console/", "dsr_open_queue"),
}


@pytest.fixture
def many() -> None:
    for rows in Requests(10_000, clock.now()).chunks():
        for model, lines in rows.items():
            insert(model, lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def steps(sql: str) -> Iterator[str]:
    """What the database does for a statement: `SCAN table`, `SEARCH table USING INDEX name`; for a full table the word
    SCAN and no index. A table that is left as soon as a few of many rows are found is none: by its own reckoning
    PostgreSQL stops there before half of it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}", [])
            yield from (row[3] for row in cursor.fetchall())
            return
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql.replace('%', '%%')}", [])
        found = cursor.fetchone()[0]
    nodes: list[dict[str, Any]] = [(json.loads(found) if isinstance(found, str) else found)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += [
            {**each, "stops": node["Node Type"] == "Limit" and node["Total Cost"] < each["Total Cost"] / 2}
            for each in node.get("Plans", [])
        ]
        name = node.get("Index Name", "")
        kind = "SCAN" if node["Node Type"] == "Seq Scan" and not node.get("stops") else "SEARCH"
        yield f"{kind} {node.get('Relation Name', '')}" + (f" USING INDEX {name}" if name else "")


def asked(client: Any, page: str) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(page).status_code == 200
    return [each["sql"] for each in seen if each["sql"].startswith(("SELECT", "WITH")) and "dsr_" in each["sql"]]


def test_each_list_is_found_by_an_index_and_reads_no_table(
    many: None, lena: User, demo_policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several indexes PostgreSQL takes what suits its figures; SQLite has one that suits. A tenth of the requests
    that there may be, so a tenth of what counts as few and as many."""
    monkeypatch.setattr("privacy.kernel.lookups.FEW", 100)
    monkeypatch.setattr("privacy.kernel.lookups.MANY", 1_000)
    client = signed_in(lena)
    for name, (page, index) in PAGES.items():
        taken = [(sql, step) for sql in asked(client, page) for step in steps(sql)]
        if connection.vendor == "sqlite":
            assert any(index in step for _, step in taken), (name, index, [step for _, step in taken])
        whole = [
            (name, sql[:200], step)
            for sql, step in taken
            if step.startswith("SCAN") and "INDEX" not in step and any(table in step for table in LARGE)
        ]
        assert not whole


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL fetches rows of an index only where it must")
def test_no_row_is_fetched_to_decide_whether_it_stands_on_the_page(many: None, lena: User, demo_policy: Any) -> None:
    """What filters and figures ask of open requests is in their index, also on SQLite."""
    client = signed_in(lena)
    for page in (PAGES["queue"][0], PAGES["right and law"][0], "/console/"):
        walks = [step for sql in asked(client, page) for step in steps(sql) if "dsr_open_queue" in step]
        assert walks and all("COVERING" in step for step in walks), (page, walks)


def test_late_appeals_are_found_without_reading_other_clocks(many: None) -> None:
    with CaptureQueriesContext(connection) as seen:
        list(overdue_before(clock.now().date())[:20])
    [found, *_] = [each["sql"] for each in seen if 'FROM "dsr_clock"' in each["sql"]]
    taken = [step for step in steps(found) if "dsr_clock" in step]
    assert "clocks_by_day" in taken[0] and not any(step.startswith("SCAN") for step in taken), taken
    if connection.vendor == "sqlite":
        assert "kind=? AND safe_on<?" in taken[0]


def test_a_register_shows_the_same_whether_few_or_many_stand_in_it(
    many: None, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(lena)
    shown = []
    for few, most in ((0, 0), (0, 1_000_000), (1_000_000, 1_000_000)):
        monkeypatch.setattr("privacy.kernel.lookups.FEW", few)
        monkeypatch.setattr("privacy.kernel.lookups.MANY", most)
        page = client.get(f"{QUEUE}?show=all&register=complaints")
        shown.append((page.context["cl"].result_count, [row.reference for row in page.context["cl"].result_list]))
    assert shown[0][1] and shown[0] == shown[1] == shown[2]


@pytest.mark.parametrize("register", ["refusals", "kept", "extensions", "children", "referrals"])
def test_registers_grounds_and_rights_together_take_no_more_statements(
    register: str, lena: User, django_assert_max_num_queries: Any
) -> None:
    for rows in Requests(200, clock.now()).chunks():
        for model, lines in rows.items():
            insert(model, lines)
    client = signed_in(lena)
    client.get(f"{QUEUE}?show=all&register={register}")  # what a process reads once
    for more in ("", "&ground=legal_claims", "&right=access", "&ground=legal_claims&right=access&law=EU-"):
        with django_assert_max_num_queries(12):
            assert client.get(f"{QUEUE}?show=all&register={register}{more}").status_code == 200


def test_codes_alone_stand_in_a_statement() -> None:
    assert SubjectRequest.objects.filter(among("state", OPEN)).count() == 0
    for given in (["a' OR '1'='1"], ["Open"], [""], []):
        with pytest.raises(ValueError, match="Only codes"):
            among("state", given)


def test_a_beginning_is_found_with_its_capitals(many: None) -> None:
    found = SubjectRequest.objects.filter(begins("reference", "KX-B00012"))
    assert {row.reference for row in found} == {f"KX-B00012{number}" for number in range(10)}
    for words in ("kx-b00012", "KX_B00012", "KX-B%", "B00012", "KX-B00012\U0010ffff"):
        assert not SubjectRequest.objects.filter(begins("reference", words)).exists()


@pytest.mark.parametrize(
    ("words", "number"), [("B00012", 10), ("kx-b00012", 10), ("KX-", 200), ("k", 200), ("  ", 200), ("ZZ", 0), ("%", 0)]
)
def test_what_somebody_types_is_the_beginning_of_a_reference(lena: User, words: str, number: int) -> None:
    for rows in Requests(200, clock.now()).chunks():
        for model, lines in rows.items():
            insert(model, lines)
    page = signed_in(lena).get(QUEUE, {"show": "all", "q": words})
    assert page.status_code == 200 and page.context["cl"].result_count == number
    assert uuid.UUID(str(page.context["cl"].result_list[0].pk)) if number else not page.context["cl"].result_list
