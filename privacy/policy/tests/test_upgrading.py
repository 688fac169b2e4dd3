"""An installation with a published policy takes the migrations that come after it."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from privacy.policy.proofs import ROOT
from privacy.policy.triggers import expected_triggers

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL rebuilds no table")
DEMO = ROOT / "privacy" / "policy" / "data" / "demo_policy.yaml"


def manage(home: Path, *arguments: str) -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("KEPT_", "DATABASE_URL"))}
    environment = {**ours, "KEPT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "privacy.settings"}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-1500:]


def test_a_published_policy_is_no_obstacle_to_a_new_column_and_stays_frozen(tmp_path: Path) -> None:
    manage(tmp_path, "migrate", "-v0")
    manage(tmp_path, "load_policy", str(DEMO))
    manage(tmp_path, "migrate", "-v0", "policy", "0001")
    manage(tmp_path, "migrate", "-v0")
    with closing(sqlite3.connect(tmp_path / "kept.sqlite3")) as database:
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        assert expected_triggers() <= names
        with pytest.raises(sqlite3.DatabaseError, match="never changes"):
            database.execute("UPDATE policy_purpose SET label = 'x'")
