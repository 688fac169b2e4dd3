"""A long login history whose import is killed in the middle and run again: each login is there once."""

from pathlib import Path

from privacy.testing.installation import Installation, wait_until

ROWS, PEOPLE = 20_000, 20
MAKE_PEOPLE = f"""
from accounts.services import add_identifier
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.personal_data.models import Subject
for number in range({PEOPLE}):
    add_identifier(subject=Subject.objects.create(), kind="email", value=f"user{{number}}@example.com", source="test",
                   actor=SYSTEM, now=clock.now())
"""
COUNT = "SELECT count(*) FROM accounts_loginevent"
EVENTS = "SELECT count(*) FROM audit_auditevent WHERE type = 'accounts.logins_imported'"


def test_killed_midway_and_run_again_each_login_is_there_once(tmp_path: Path) -> None:
    made = Installation(tmp_path)
    made.script(MAKE_PEOPLE)
    logins, users = tmp_path / "logins.csv", tmp_path / "users.csv"
    users.write_text("user_name,email1\n" + "".join(f"user{n},user{n}@example.com\n" for n in range(PEOPLE)))
    with logins.open("w") as file:
        file.write("login_id,user_name,user_ip,logout_time,login_time,status\n")
        for n in range(ROWS):
            day = f"201{n % 8}-{n % 12 + 1:02}-{n % 28 + 1:02}"
            status = "Signed off" if n % 2 else "Signed in"
            file.write(f"{n},user{n % PEOPLE},203.0.113.{n % 250},{day} 18:00:00,{day} 08:00:00,{status}\n")
    command = ("import_vtiger_logins", "--csv", str(logins), "--users", str(users), "--source", "crm")
    with made.running(*command) as process:
        wait_until(lambda: process.poll() is not None or made.ask(COUNT))
        process.kill()  # kill -9, with the first pieces written
        process.wait()
    before = made.ask(COUNT)
    assert 0 < before < ROWS and before == made.ask(EVENTS) * 2_000  # pieces with their event, and no half of one
    said = made.command(*command)
    assert f"{ROWS - before} added, {before} known already" in said
    assert made.ask(COUNT) == ROWS
    assert made.ask("SELECT count(DISTINCT id) FROM accounts_loginevent") == ROWS
    assert made.ask("SELECT count(*) FROM accounts_loginevent WHERE end_reason = 'logout'") == ROWS // 2
    assert f"0 added, {ROWS} known already" in made.command(*command)
