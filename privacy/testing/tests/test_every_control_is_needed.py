"""Every control can be switched off, and then at least one test of its promise fails.

One child process runs the tests of all promises without their controls (privacy/testing/switching.py); the
tests here only read what it found, so that each control is one line of the report.
"""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from privacy.policy.board import controls
from privacy.policy.proofs import ROOT

OWN_SERVERS = ("TEST_DATABASE_URL", "TEST_REDIS_URL", "KEPT_PROMISE_RESULTS", "PYTEST_ADDOPTS")
pytestmark = pytest.mark.skipif(
    "TEST_DATABASE_URL" in os.environ, reason="proven in the run on SQLite: what a control does is the same on both"
)


def run_without(file: Path, *more: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run promise tests without their controls; what was found is in `file`."""
    ours = {name: value for name, value in os.environ.items() if name not in OWN_SERVERS}
    plain = {name: value for name, value in ours.items() if not name.startswith(("PYTEST_XDIST", "KEPT_"))}
    command = [sys.executable, "-m", "pytest", "-p", "privacy.testing.switching", f"--switched-off={file}"]
    options = ["-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no", "-q"]
    environment = {**plain, "PYTHONPATH": str(ROOT)}
    whole = [*command, *options, *more]
    return subprocess.run(whole, check=False, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Any:
    """What the child process found. One worker runs it, the others wait for its file."""
    workerinput = getattr(request.config, "workerinput", None)
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if workerinput else base
    file = folder / "switched-off.json"
    with (folder / "switched-off.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            done = run_without(file)
            assert file.exists() and done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", [control.code for control in controls()])
def test_without_its_control_a_promise_is_seen_to_be_broken(code: str, found: Any) -> None:
    assert not found["broken"].get(code), f"These tests could not run at all: {found['broken'][code]}"
    asked = found["missed"].get(code, [])
    assert found["noticed"].get(code), (
        f"{code} is switched off and nothing fails. Ask is_on({code!r}) where the promise is enforced, and mark a "
        f"test that needs it with the promise. Tests that passed without it: {sorted(set(asked)) or 'there are none'}"
    )


def test_a_test_that_needs_no_control_is_told_from_one_that_does(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text((ROOT / "pytest.ini").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "test_two.py").write_text(
        "import pytest\n"
        "from privacy.policy.board import is_on\n"
        "@pytest.mark.promise(102)\n"
        "def test_notices(): assert is_on('policy.first_version')\n"
        "@pytest.mark.promise(98)\n"
        "def test_does_not(): assert is_on('policy.first_version')\n"
        "def test_is_no_promise(): assert False\n",
        encoding="utf-8",
    )
    run_without(tmp_path / "found.json", "test_two.py", cwd=tmp_path)
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found["noticed"] == {"policy.first_version": ["test_two.py::test_notices"]}
    assert found["missed"] == {"policy.documents": ["test_two.py::test_does_not"]}
