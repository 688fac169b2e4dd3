"""What a full test run writes about the promises, what a partial one leaves alone, and what the file proves."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from privacy.policy.proofs import ROOT, Result, code_digest, read_results
from privacy.testing.promise_file import save_results

TESTS = """
import pytest
@pytest.mark.promise(11)
@pytest.mark.parametrize("number", [1, 2])
def test_fails_once(number): assert number == 1
@pytest.mark.promise(11)
@pytest.mark.promise(24)
def test_passes(): pass
@pytest.mark.promise(36)
def test_is_skipped(): pytest.skip("no server")
@pytest.mark.promise(49)
@pytest.mark.xfail
def test_is_expected_to_fail(): assert False
@pytest.fixture
def broken(): raise ValueError
@pytest.mark.promise(50)
def test_cannot_start(broken): pass
def test_of_no_promise(): pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with its own few tests, under our plugin."""
    settings = (ROOT / "pytest.ini").read_text(encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(settings.replace("privacy consent dsr accounts", "checks"), encoding="utf-8")
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "test_some.py").write_text(TESTS, encoding="utf-8")
    return tmp_path


def run(project: Path, *arguments: str) -> dict[str, Any] | None:
    """What a run with these arguments recorded; None where it recorded nothing."""
    file = project / "recorded.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KEPT_PROMISE_RESULTS": str(file)}
    for name in [name for name in environment if name.startswith(("PYTEST_", "TEST_"))]:
        del environment[name]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    subprocess.run(command, cwd=project, env=environment, capture_output=True, check=False)
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


@pytest.mark.parametrize("workers", [["-p", "no:xdist"], ["-n", "2"]], ids=["alone", "xdist"])
def test_a_full_run_records_the_worst_of_every_test(project: Path, workers: list[str]) -> None:
    recorded = run(project, *workers)
    assert recorded is not None
    assert {name.partition("::")[2]: entry for name, entry in recorded["tests"].items()} == {
        "test_fails_once": {"promises": [11], "result": "failed"},
        "test_passes": {"promises": [11, 24], "result": "passed"},
        "test_is_skipped": {"promises": [36], "result": "skipped"},
        "test_is_expected_to_fail": {"promises": [49], "result": "skipped"},
        "test_cannot_start": {"promises": [50], "result": "failed"},
    }
    assert [11, "accounts.login_history"] in [each[:2] for each in recorded["controls"]]


@pytest.mark.parametrize(
    "narrow", [["-k", "passes"], ["checks/test_some.py"], ["-x"], ["-m", "promise"], ["--co"], ["--deselect", "a::b"]]
)
def test_a_partial_run_records_nothing(project: Path, narrow: list[str]) -> None:
    assert run(project, "-p", "no:xdist", *narrow) is None


def test_a_run_that_cannot_collect_a_file_records_nothing(project: Path) -> None:
    (project / "checks" / "test_bad.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    assert run(project, "-p", "no:xdist", "--continue-on-collection-errors") is None


def test_a_number_that_is_no_promise_is_refused(project: Path) -> None:
    file = project / "checks" / "test_some.py"
    file.write_text(TESTS.replace("promise(49)", "promise(103)"), encoding="utf-8")
    assert run(project, "-p", "no:xdist") is None


def recorded(folder: Path, engine: str, **results: str) -> Path:
    """A run's record: test → its result, all of promise 11."""
    tests = {f"t.py::{name}": {"promises": [11], "result": result} for name, result in results.items()}
    controls = [[11, "accounts.login_history", "Login history"]]
    file = folder / engine
    file.write_text(json.dumps({"tests": tests, "controls": controls}), encoding="utf-8")
    return file


def save(folder: Path, digest: str = "d1", **engines: dict[str, str]) -> Result:
    files = {engine: recorded(folder, engine, **results) for engine, results in engines.items()}
    assert save_results(files, digest=digest, docs=folder)
    results = read_results(folder / "promises.json")
    assert results is not None and len(results.proofs) == 102
    return results.proofs[11].result


def test_a_failure_on_either_engine_is_a_failure(tmp_path: Path) -> None:
    assert save(tmp_path, SQLite={"a": "passed"}, PostgreSQL={"a": "failed"}) is Result.FAILED
    assert save(tmp_path, SQLite={"a": "failed"}, PostgreSQL={"a": "passed"}) is Result.FAILED
    assert save(tmp_path, SQLite={"a": "passed"}, PostgreSQL={"a": "skipped"}) is Result.PASSED
    assert save(tmp_path, "d2", SQLite={"a": "passed", "b": "skipped"}) is Result.SKIPPED


def test_the_same_run_again_changes_no_byte(tmp_path: Path) -> None:
    save(tmp_path, SQLite={"b": "passed", "a": "passed"}, PostgreSQL={"a": "passed", "b": "passed"})
    before = [(tmp_path / name).read_bytes() for name in ("promises.json", "promises.md")]
    save(tmp_path, PostgreSQL={"b": "passed", "a": "passed"}, SQLite={"a": "passed", "b": "passed"})
    save(tmp_path, SQLite={"a": "passed", "b": "skipped"})  # a machine without server and browser, the same code
    assert [(tmp_path / name).read_bytes() for name in ("promises.json", "promises.md")] == before


def test_what_was_proven_about_other_code_is_forgotten(tmp_path: Path) -> None:
    save(tmp_path, SQLite={"a": "passed"}, PostgreSQL={"a": "passed"})
    assert save(tmp_path, "d2", SQLite={"a": "skipped"}) is Result.SKIPPED
    assert save(tmp_path, "d2", SQLite={"a": "failed"}) is Result.FAILED
    assert save(tmp_path, "d2", SQLite={"a": "passed"}) is Result.PASSED


def test_one_engine_that_was_not_run_in_full_writes_nothing(tmp_path: Path) -> None:
    files = {"SQLite": recorded(tmp_path, "SQLite", a="passed"), "PostgreSQL": tmp_path / "missing"}
    assert not save_results(files, digest="d", docs=tmp_path)
    assert not (tmp_path / "promises.json").exists()


def test_the_digest_follows_code_templates_and_data_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "privacy" / "__pycache__").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (tmp_path / "var").mkdir()
    seen = [code_digest(tmp_path)]
    for name in ("privacy/a.py", "privacy/data.yaml", "templates/page.html", "requirements.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1", encoding="utf-8")
        seen.append(code_digest(tmp_path))
    assert len(set(seen)) == 5
    (tmp_path / "privacy/a.py").rename(tmp_path / "privacy/b.py")
    assert code_digest(tmp_path) != seen[-1]
    seen.append(code_digest(tmp_path))
    for name in ("docs/promises.json", "var/kept.sqlite3", "privacy/__pycache__/a.pyc", "privacy/.swp", "README.md"):
        (tmp_path / name).write_text("1", encoding="utf-8")
    assert code_digest(tmp_path) == seen[-1]
