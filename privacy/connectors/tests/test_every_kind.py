"""No kind of handler is left out: each has a run of the conformance checks, and the page for integrators names it."""

import ast
import re
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

from privacy.connectors.kinds import KINDS, SQL, SystemKind
from privacy.connectors.sql_handler import SqlHandler
from privacy.personal_data.contract import Handler
from privacy.personal_data.model_handler import ModelHandler

ROOT = Path(__file__).resolve().parents[3]
OWN = "kept"


def runs_told() -> dict[str, list[str]]:
    """Kind → its runs, in the table of docs/connectors.md."""
    page = (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| `(\w+)` \| ([^|]+::[^|]+) \|$", page, re.MULTILINE)
    return {kind: re.findall(r"`([^`]+)`", runs) for kind, runs in rows}


def does_check(run: str) -> bool:
    """Whether a test calls the whole of the checks."""
    file, _, name = run.partition("::")
    functions = ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
    [test] = [each for each in functions if isinstance(each, ast.FunctionDef) and each.name == name]
    calls = (each.func for each in ast.walk(test) if isinstance(each, ast.Call))
    return any(isinstance(each, ast.Name) and each.id == "check_handler" for each in calls)


def test_every_kind_has_a_conformance_run() -> None:
    told = runs_told()
    assert set(told) == {OWN, SQL, *KINDS}
    assert [run for runs in told.values() for run in runs if not does_check(run)] == []
    assert not does_check("privacy/connectors/tests/test_every_kind.py::test_every_kind_has_a_conformance_run")


def test_every_handler_that_ships_belongs_to_a_kind() -> None:
    """A handler that no kind makes would have no run."""
    kinds: list[type[SystemKind]] = [import_string(place) for place in KINDS.values()]
    homes = {kind.__module__.rpartition(".")[0] for kind in kinds}
    strays = [
        each
        for each in subclasses(Handler)
        if each not in (ModelHandler, SqlHandler) and each.__module__.rpartition(".")[0] not in homes
    ]
    assert strays == []


def subclasses(base: type[Any]) -> list[type[Any]]:
    """Those of the product, loaded by the kinds and at start."""
    found = [more for each in base.__subclasses__() for more in (each, *subclasses(each))]
    return [each for each in found if ".tests." not in each.__module__ and not each.__module__.startswith("benchmarks")]
