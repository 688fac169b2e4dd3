"""Part of the plugin: what the tests marked `@pytest.mark.promise(N)` came to.

`make test` names a file in KEPT_PROMISE_RESULTS and gets there, of a full run only, the result of every
such test and the controls of every promise. Works with xdist: the marks travel in the reports.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FILE_NAME = "KEPT_PROMISE_RESULTS"
NARROWING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "maxfail", "collectonly")
FINISHED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
PHASES = {"setup", "call", "teardown"}


def promises_of(item: pytest.Item) -> list[int]:
    """The numbers of the promises that a test names; UsageError for a number that is no promise."""
    from privacy.policy.catalog import promises

    numbers = {mark.args[0] for mark in item.iter_markers("promise")}
    if unknown := numbers - set(promises()):
        raise pytest.UsageError(f"{item.nodeid}: there is no promise {min(unknown, key=str)}.")
    return sorted(numbers)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The marks go into the reports, which xdist brings from its workers."""
    for item in items:
        item.user_properties += [("promise", number) for number in promises_of(item)]


def pytest_configure(config: pytest.Config) -> None:
    """One recorder: in the process that sees all reports."""
    file = os.environ.get(FILE_NAME)
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Path(file), is_full=is_full(config)), "kept-promise-recorder")


def is_full(config: pytest.Config) -> bool:
    """Whether this run takes every test that pytest.ini names."""
    is_narrowed = any(config.getoption(name, None) for name in NARROWING)
    return config.args_source is config.ArgsSource.TESTPATHS and not is_narrowed


class Recorder:
    """Collects the worst result of each test over its phases and parameters."""

    def __init__(self, file: Path, *, is_full: bool) -> None:
        self.file = file
        self.is_full = is_full
        self.tests: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when not in PHASES:
            self.is_full = False  # a worker died, nobody knows what its test would have said
        numbers = sorted({int(str(value)) for name, value in report.user_properties if name == "promise"})
        if not numbers:
            return
        name = report.nodeid.partition("[")[0]
        entry = self.tests.setdefault(name, {"promises": [], "result": "skipped"})
        entry["promises"] = sorted({*entry["promises"], *numbers})
        entry["result"] = worse(entry["result"], result_of(report))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.is_full = False

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self.is_full and exitstatus in FINISHED:
            self.file.write_text(json.dumps({"tests": self.tests, "controls": registered()}), encoding="utf-8")


def result_of(report: pytest.TestReport) -> str:
    """One phase of one test. Only the call itself can pass; an expected failure proves nothing."""
    if report.failed:
        return "failed"
    return "passed" if report.when == "call" and report.passed and not hasattr(report, "wasxfail") else "skipped"


def worse(one: str, other: str) -> str:
    """Of two results of the same test: a failure stays, a pass outdoes a skip."""
    return next(word for word in ("failed", "passed", "skipped") if word in (one, other))


def registered() -> list[tuple[int, str, str]]:
    """Every control: number, code, label."""
    from privacy.policy.board import controls

    return [(each.number, each.code, each.label) for each in controls()]
