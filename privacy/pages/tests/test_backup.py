"""A backup is whole, holds no key, and a restore of it stands still until the replay."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from privacy.testing import prepared

ROOT = Path(__file__).resolve().parents[3]
SIGN_UP = """
from accounts.models import User
from privacy.audit.sealing import seal_pending
from privacy.audit.checkpoints import write_checkpoint
from privacy.audit.services import record
from privacy.audit.audit_events import LEDGER_VERIFIED
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from django.db import transaction
import datetime as dt
User.objects.create_user("{email}", "x")
with transaction.atomic():
    record(LEDGER_VERIFIED, actor=OPERATOR, at=clock.now(), events=1)
seal_pending(now=clock.now())
assert write_checkpoint(now=clock.now() + dt.timedelta(minutes={minutes}))
"""


class Installation:
    """One of its own, worked by its commands in processes of their own."""

    def __init__(self, home: Path, database: str = "") -> None:
        self.home = home
        self.environment = {"PATH": os.environ["PATH"], "KEPT_HOME": str(home)}
        if database:
            (home / "keys.json").parent.mkdir(parents=True, exist_ok=True)
            subprocess.run([sys.executable, "-m", "privacy.make_keys", str(home / "keys.json")], cwd=ROOT, check=True)
            self.environment |= {"DATABASE_URL": database, "KEPT_KEYS_FILE": str(home / "keys.json")}
        else:
            prepared.lay(home / "kept.sqlite3")
        self.do("migrate", "-v0")

    def ask(self, *command: str) -> tuple[int, str]:
        answer = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        return answer.returncode, answer.stdout + answer.stderr

    def do(self, *command: str) -> str:
        code, text = self.ask(*command)
        assert code == 0, text
        return text

    def users(self) -> list[str]:
        code = (
            "from accounts.models import User; print(*User.objects.order_by('email').values_list('email', flat=True))"
        )
        return self.do("shell", "-v0", "-c", code).split()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    if request.param == "sqlite":
        yield Installation(tmp_path / "home")
        return
    if not shutil.which("pg_dump"):
        pytest.skip("needs pg_dump")
    url = os.environ["TEST_DATABASE_URL"]
    name = f"kept_backup_{os.getpid()}"
    server = psycopg2.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")))
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            yield Installation(tmp_path / "home", urlunsplit(urlsplit(url)._replace(path=f"/{name}")))
        finally:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            server.close()


def test_a_backup_comes_back_and_stands_still_until_the_replay(installation: Installation, tmp_path: Path) -> None:
    home = installation.home
    (home / "files" / "packages").mkdir(parents=True)
    (home / "files" / "packages" / "one.sealed").write_text("sealed")
    installation.do("shell", "-v0", "-c", SIGN_UP.format(email="alice@example.com", minutes=0))
    text = installation.do("backup", str(tmp_path / "backups"))
    assert "keys file is NOT in it" in text
    (folder,) = (tmp_path / "backups").iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    keys = json.loads((home / "keys.json").read_text())["keys"]
    assert not any(key.encode() in path.read_bytes() for path in folder.iterdir() for key in keys.values())
    with tarfile.open(folder / "files.tar") as files:
        assert files.getnames() == ["packages/one.sealed"]

    installation.do("shell", "-v0", "-c", SIGN_UP.format(email="bob@example.com", minutes=5))
    (home / "files" / "packages" / "one.sealed").unlink()
    assert installation.users() == ["alice@example.com", "bob@example.com"]
    installation.do("restore", str(folder))
    assert installation.users() == ["alice@example.com"]
    assert (home / "files" / "packages" / "one.sealed").read_text() == "sealed"
    code, text = installation.ask("work", "--once")
    assert code == 1 and "The database was restored" in text
    assert "back in use" in installation.do("replay_erasures")
    assert "jobs done" in installation.do("work", "--once")


def test_a_harmed_or_foreign_backup_is_refused_and_a_running_worker_too(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home")
    installation.do("backup", str(tmp_path / "backups"))
    (folder,) = (tmp_path / "backups").iterdir()
    beat = "from privacy.jobs.models import Heartbeat; from privacy.kernel import clock; "
    installation.do("shell", "-v0", "-c", f"{beat} Heartbeat.objects.create(name='worker', at=clock.now())")
    code, text = installation.ask("restore", str(folder))
    assert code == 1 and "Stop every process" in text
    assert installation.ask("restore", str(tmp_path))[0] == 1
    with (folder / "database").open("ab") as file:
        file.write(b"x")
    code, text = installation.ask("restore", str(folder), "--force")
    assert code == 1 and "altered or cut: database" in text
    with sqlite3.connect(tmp_path / "home" / "kept.sqlite3") as untouched:
        assert untouched.execute("SELECT count(*) FROM jobs_heartbeat").fetchone() == (1,)
