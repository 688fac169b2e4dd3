"""A long statement is planned once for each connection, and answers as any other."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from privacy.kernel.planned import fetch_planned

pytestmark = pytest.mark.django_db
SQL = "SELECT 1 WHERE 'a%%b' = %s UNION ALL SELECT 2 WHERE 7 < %s ORDER BY 1"


def test_it_answers_with_the_values_of_each_call() -> None:
    assert fetch_planned(SQL, ["a%b", 8]) == [(1,), (2,)]
    assert fetch_planned(SQL, ["a%%b", 8]) == [(2,)]
    assert fetch_planned(SQL, ["', 1); --", 0]) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's driver keeps what it compiled by itself")
def test_each_connection_plans_it_once_and_a_new_one_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def planned() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%7 < $2%'")
            return int(cursor.fetchone()[0])

    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.kept_planned = None, set()  # type: ignore[attr-defined]  # what a new connection knows
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert fetch_planned(SQL, ["a%b", 8]) == [(1,), (2,)]
        assert len(queries) == 1 and planned() == 1
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)  # connections are shared
    with CaptureQueriesContext(connection) as queries:
        assert fetch_planned(SQL.replace("7 <", "6 + 1 <"), ["a%b", 8]) == [(1,), (2,)]
    assert queries[0]["sql"].startswith("SELECT")
