"""A pytest plugin of its own: runs the tests of every promise with its controls switched off, one at a time.

    pytest -p privacy.testing.switching --switched-off=FILE

Each test marked `@pytest.mark.promise(N)` runs once for each control of promise N, with that control off
while the test's own code runs (its fixtures are set up with everything on). FILE gets, by control, the tests
that noticed it (failed) and those that did not. Once a control is noticed, its other tests are skipped.
"""

import json
from collections.abc import Generator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--switched-off", metavar="FILE", help="run promise tests without their controls; write FILE")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Switching(Path(config.getoption("--switched-off"))), "kept-switching")


@pytest.fixture
def switched_off_control(request: pytest.FixtureRequest) -> str:
    """The control that is off while this test runs."""
    return str(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One run of the test for each control of each promise that it names."""
    from privacy.policy.board import controls_of

    numbers = {mark.args[0] for mark in metafunc.definition.iter_markers("promise")}
    codes = [control.code for number in sorted(numbers) for control in controls_of(number)]
    if codes:
        metafunc.fixturenames.append("switched_off_control")
        metafunc.parametrize("switched_off_control", codes, indirect=True)


def control_of(item: pytest.Item) -> str:
    """The control that this item is run without, or nothing."""
    return str(item.callspec.params.get("switched_off_control", "")) if hasattr(item, "callspec") else ""


class Switching:
    """Switches, and notes who noticed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.noticed: dict[str, list[str]] = {}
        self.missed: dict[str, list[str]] = {}
        self.broken: dict[str, list[str]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Only what has a control; a browser is slow, so its tests come last and are rarely needed."""
        chosen = [item for item in items if control_of(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = sorted(chosen, key=lambda item: item.get_closest_marker("browser") is not None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if control_of(item) in self.noticed:
            pytest.skip("another test noticed already")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        from privacy.policy.board import switched_off

        with switched_off(control_of(item)):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        kind = {("call", "failed"): self.noticed, ("call", "passed"): self.missed, ("setup", "failed"): self.broken}
        if (report.when, report.outcome) in kind:
            name = item.nodeid.partition("[")[0]
            kind[report.when, report.outcome].setdefault(control_of(item), []).append(name)
        return report

    def pytest_sessionfinish(self) -> None:
        content = {"noticed": self.noticed, "missed": self.missed, "broken": self.broken}
        self.file.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
