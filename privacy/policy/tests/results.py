"""Result files for tests: what `make test` would have written."""

import json
from pathlib import Path

from privacy.policy.board import controls_of
from privacy.policy.catalog import promises
from privacy.policy.proofs import running_digest


def write_results(file: Path, tests: dict[int, str], *, digest: str = "") -> Path:
    """A file in which each promise of `tests` has one test with this result, on the code that runs."""
    rows = [
        {
            "number": number,
            "title": each.title,
            "level": "must" if each.is_must else "should",
            "controls": {one.code: one.label for one in controls_of(number)},
            "tests": {f"a/test_b.py::test_s{number}": {"SQLite": tests[number]}} if number in tests else {},
        }
        for number, each in promises().items()
    ]
    content = {"digest": digest or running_digest(), "engines": ["SQLite"], "promises": rows}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file
