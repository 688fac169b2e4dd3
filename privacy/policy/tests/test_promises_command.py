"""`manage.py promises`: 102 promises, each with the state that its controls and tests give it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from privacy.policy import board
from privacy.policy.board import not_configured
from privacy.policy.models import PolicyVersion
from privacy.policy.proof_table import proof_table
from privacy.policy.proofs import ROOT, read_results
from privacy.policy.tests.results import write_results
from privacy.policy.triggers import lift_triggers

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("promises", *arguments, stdout=out)
    return out.getvalue()


def rows(file: Path) -> dict[int, dict[str, Any]]:
    return {row["number"]: row for row in json.loads(run("--json", "--results", str(file)))}


@pytest.fixture
def results(tmp_path: Path, demo_policy: PolicyVersion) -> Path:
    """Everything passed on this code that the policy app keeps."""
    return write_results(tmp_path / "promises.json", {2: "passed", 95: "passed", 98: "passed", 102: "passed"})


def test_the_list_has_every_promise_once_with_the_same_keys(results: Path) -> None:
    listed = json.loads(run("--json", "--results", str(results)))
    assert [row["number"] for row in listed] == list(range(1, 103))
    assert {tuple(row) for row in listed} == {("number", "title", "state", "control", "tests", "evidence")}


def test_a_fresh_install_says_what_is_missing(tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing.json")
    found = rows(tmp_path / "nothing.json")
    assert found[95]["state"] == "not configured" and "manage.py load_policy" in found[95]["evidence"]
    assert found[11]["state"] == "not proven" and "Run: make test" in found[11]["evidence"]
    assert found[1]["state"] == "not built" and found[1]["control"] == "" and found[1]["tests"] == []
    table = run("--results", missing)
    assert "0 kept" not in table and table.count("docs/promises.json is missing") == 1


def test_kept_needs_green_controls_and_tests_that_passed_on_this_code(results: Path) -> None:
    found = rows(results)
    assert found[102]["state"] == "kept" and found[102]["control"] == "policy.first_version"
    assert found[102]["tests"] == [{"test": "a/test_b.py::test_s102", "result": "passed"}]
    assert found[102]["evidence"] == "The first version is of 2018-05-15."
    assert found[11]["state"] == "not proven" and found[11]["evidence"].endswith("No test names it.")
    table = run("--results", str(results))
    assert "S102 kept" in table and " kept, " in table.splitlines()[-1]


@pytest.mark.parametrize(
    ("result", "state", "words"),
    [
        ("failed", "broken", "The test test_s102 failed on this code."),
        ("skipped", "not proven", "Some of its tests were skipped and ran nowhere."),
    ],
)
def test_what_a_test_says_counts(
    tmp_path: Path, demo_policy: PolicyVersion, result: str, state: str, words: str
) -> None:
    found = rows(write_results(tmp_path / "promises.json", {102: result}))
    assert found[102]["state"] == state and words in found[102]["evidence"]


@pytest.mark.parametrize("result", ["passed", "failed"])
def test_results_of_other_code_prove_nothing_and_break_nothing(
    tmp_path: Path, demo_policy: PolicyVersion, result: str
) -> None:
    found = rows(write_results(tmp_path / "promises.json", {102: result}, digest="0" * 64))
    assert found[102]["state"] == "not proven"
    assert found[102]["evidence"].endswith("The test results are of other code than this. Run: make test")


def test_a_red_control_breaks_a_promise_whatever_the_tests_say(results: Path) -> None:
    lift_triggers()
    found = rows(results)
    assert found[95]["state"] == "broken" and "Run manage.py migrate" in found[95]["evidence"]
    assert found[102]["state"] == "kept"


def test_what_is_not_configured_names_its_switch(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = board.Control(102, "tests.waiting", "", lambda: not_configured("Nobody set it."), "KEPT_SOMETHING")
    monkeypatch.setitem(board._controls, "tests.waiting", waiting)
    row = rows(results)[102]
    assert (row["state"], row["control"]) == ("not configured", "policy.first_version, tests.waiting")
    assert "Nobody set it." in row["evidence"] and row["evidence"].endswith("Switch: KEPT_SOMETHING.")


def test_tests_without_a_control_are_not_enough(tmp_path: Path) -> None:
    row = rows(write_results(tmp_path / "promises.json", {1: "passed"}))[1]
    assert row["state"] == "not built" and row["evidence"].startswith("Tests stand for parts of it.")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"digest": 1, "engines": [], "promises": [{}]}', "\x00"])
def test_a_file_that_cannot_be_read_proves_nothing(tmp_path: Path, demo_policy: PolicyVersion, text: str) -> None:
    file = tmp_path / "promises.json"
    file.write_text(text, encoding="utf-8")
    assert {row["state"] for row in rows(file).values()} <= {"not proven", "not configured", "not built"}
    with pytest.raises(CommandError, match="make test"):
        run("--markdown", "--results", str(file))


def test_the_page_of_the_repository_is_what_the_command_writes() -> None:
    results = read_results()
    assert results is not None
    assert (ROOT / "docs" / "promises.md").read_text(encoding="utf-8") == proof_table(results) == run("--markdown")
    assert (ROOT / "docs" / "promises.json").read_text(encoding="utf-8") == results.to_json()
