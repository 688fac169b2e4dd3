"""Rows go between two bounds, by one statement: what stays is the same as when every row is asked about."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import LoginEvent, User
from accounts.services import merge_subjects
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM, Actor
from privacy.personal_data import guards
from privacy.personal_data.guards import Held, kept_of
from privacy.personal_data.models import Restriction
from privacy.retention import paging
from privacy.retention.models import DisposalRun
from privacy.retention.services import dry_run, place_hold, start_run
from privacy.retention.tests.conftest import CODE, make_old_logins

pytestmark = pytest.mark.django_db


def run_now() -> DisposalRun:
    run = start_run(code=CODE, actor=OPERATOR, now=clock.now())
    run_until_empty()
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("most", [paging.MOST_SUBJECTS, 0], ids=["by person", "row by row"])
def test_held_restricted_and_merged_people_keep_their_rows_either_way(
    rule_on: Actor, alice: User, bob: User, omar: User, small_chunks: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_SUBJECTS", most)
    make_old_logins(alice, 12)
    make_old_logins(bob, 13)
    make_old_logins(omar, 14)
    place_hold(reason="M", ground="legal_claims", subject_ids=[alice.subject_id], actor=OPERATOR, now=clock.now())
    merge_subjects(subject_id=bob.subject_id, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    seen = dry_run(code=CODE, actor=OPERATOR, now=clock.now())
    run = run_now()
    assert (seen.due, seen.held) == (run.due, run.held) == (39, 25)
    assert run.removed == 14
    assert set(LoginEvent.objects.values_list("subject_id", flat=True)) == {alice.subject_id, bob.subject_id}
    Restriction.objects.create(subject=omar.subject, ground="accuracy")
    make_old_logins(omar, 2)
    assert run_now().removed == 0


def test_a_hold_on_the_table_keeps_every_row(rule_on: Actor, alice: User) -> None:
    make_old_logins(alice, 5)
    place_hold(reason="M", ground="legal_claims", tables=["accounts.LoginEvent"], actor=OPERATOR, now=clock.now())
    run = run_now()
    assert (run.due, run.held, run.removed) == (5, 5, 0)
    assert LoginEvent.objects.count() == 5


def test_a_guard_that_knows_only_rows_is_asked_about_each(
    rule_on: Actor, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = make_old_logins(alice, 5)
    keep = str(rows[2].pk)
    one_row = {"one": lambda person, table, keys: {key: Held("M", "legal_claims") for key in keys if key == keep}}
    monkeypatch.setattr(guards, "_guards", {**guards._guards, **one_row})
    assert kept_of("accounts.LoginEvent") is None
    run = run_now()
    assert (run.due, run.held, run.removed) == (5, 1, 4)
    assert str(LoginEvent.objects.get().pk) == keep


def test_more_rows_cost_no_more_statements(rule_on: Actor, alice: User) -> None:
    counts = []
    for rows in (3, 300):
        make_old_logins(alice, rows)
        with CaptureQueriesContext(connection) as statements:
            assert run_now().removed == rows
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_moment_that_compares_unlike_it_reads_stops_the_run_instead_of_going_round(
    rule_on: Actor, alice: User
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite keeps moments as text")
    make_old_logins(alice, 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_loginevent SET logged_in_at = '2020-01-01 00:00:00.000'")
    run = start_run(code=CODE, actor=OPERATOR, now=clock.now())
    run_until_empty()
    run.refresh_from_db()
    assert (run.state, run.removed) == ("running", 0)
    assert LoginEvent.objects.count() == 1
