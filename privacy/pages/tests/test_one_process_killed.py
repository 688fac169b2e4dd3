"""kill -9 of the one process at any moment of an erasure: after the restart everything is done, and once."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from privacy.testing.installation import Installation, free_port, wait_until

APPROVED = """
from dsr.models import SubjectRequest
from dsr.services import approving, confirming, intake, planning
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.pages.demo.cast import LENA, NORA, OMAR, user_of
from privacy.pages.demo.installing import install_demo
from privacy.policy.selectors import today
install_demo(now=clock.now())
staff = {role.email: Actor.staff(user_of(role).pk) for role in (LENA, NORA, OMAR)}
case = intake.file_for_person(
    rights=["erasure"], channel="post", received_on=today(), identity_level="V3", is_demo=True,
    reach=intake.Reach(email="dana.demo@example.com"), actor=staff[OMAR.email], now=clock.now(),
)
plan = planning.prepare_erasure(subject_request=case, actor=staff[LENA.email], now=clock.now())
approving.approve_plan(plan=plan, digest=plan.digest, actor=staff[NORA.email], now=clock.now())
print(case.pk.hex, sum(len(handler["tables"]) for handler in __import__("json").loads(plan.summary)))
"""
DONE = "SELECT count(*) FROM dsr_step WHERE state = 'done'"
BEGUN = "SELECT count(*) FROM dsr_step WHERE state = 'done' OR table_index > 0 OR key_index > 0"  # ours end together


@pytest.mark.promise(76)
def test_killed_again_and_again_in_the_middle_it_ends_whole_and_once(tmp_path: Path) -> None:
    kept = Installation(tmp_path, KEPT_DEMO="1", KEPT_JOB_LEASE_SECONDS="1", KEPT_JOB_POLL_SECONDS="1")
    kept.command("migrate", "-v0")
    case = kept.script(APPROVED).split()[0]
    steps = kept.ask("SELECT count(*) FROM dsr_step")
    seen = []
    for goal in (1, 2, 4, 8, 16):
        with kept.running("serve", "--port", str(free_port())):
            wait_until(partial(_has_begun, kept, goal))
        seen.append(kept.ask(DONE))
        if seen[-1] < steps:
            assert kept.ask(f"SELECT state FROM dsr_subjectrequest WHERE id = '{case}'") == "running"
    assert seen[0] < steps, "it was never killed in the middle"
    with kept.running("serve", "--port", str(free_port())):
        wait_until(lambda: kept.ask(f"SELECT state FROM dsr_subjectrequest WHERE id = '{case}'") == "closed")
        wait_until(lambda: not kept.ask("SELECT count(*) FROM jobs_outboxmessage WHERE state IN ('queued', 'sending')"))
    _is_whole(kept, case, steps)


def _has_begun(kept: Installation, goal: int) -> bool:
    return int(kept.ask(BEGUN)) >= goal


def _is_whole(kept: Installation, case: str, steps: int) -> None:
    assert kept.ask(DONE) == steps == kept.ask("SELECT count(*) FROM dsr_step WHERE verified_at IS NOT NULL")
    assert kept.ask(f"SELECT count(*) FROM dsr_receiptrow WHERE subject_request_id = '{case}'") == 1
    assert kept.ask(f"SELECT count(*) FROM dsr_letter WHERE subject_request_id = '{case}' AND kind = 'answer'") == 1
    rows = "SELECT count(*) AS n FROM dsr_historyrow WHERE subject_request_id = '{}' AND {} GROUP BY {}"
    once = f"SELECT max(n) FROM ({rows})"
    assert kept.ask(once.format(case, "kind IN ('approved', 'closed')", "kind")) == 1
    assert kept.ask(once.format(case, "kind = 'system_answered'", "detail")) == 1
    assert kept.ask("SELECT count(*) FROM jobs_job WHERE kind = 'dsr.advance_run' AND state != 'done'") == 0
    with closing(sqlite3.connect(kept.home / "sample-shop.sqlite3")) as shop:
        assert shop.execute("SELECT count(*) FROM customers WHERE email = 'dana.demo@example.com'").fetchone() == (0,)
    assert "The log is whole." in kept.command("verify_ledger")
