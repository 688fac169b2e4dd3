"""What `make test` writes when a full run is over: `docs/promises.json` and `docs/promises.md`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from privacy.policy.catalog import promises
from privacy.policy.proof_table import proof_table
from privacy.policy.proofs import Proof, Results, read_results

Run = Mapping[str, Any]  # what privacy/testing/promise_results.py wrote


def results_of(runs: Mapping[str, Run], *, digest: str) -> Results:
    """The results of this run: engine → what it recorded."""
    tests: dict[int, dict[str, dict[str, str]]] = {number: {} for number in promises()}
    controls: dict[int, dict[str, str]] = {number: {} for number in promises()}
    for engine, run in runs.items():
        for name, entry in run["tests"].items():
            for number in entry["promises"]:
                tests[number].setdefault(name, {})[engine] = entry["result"]
        for number, code, label in run["controls"]:
            controls[number][code] = label
    proofs = {
        number: Proof(number, each.title, "must" if each.is_must else "should", controls[number], tests[number])
        for number, each in promises().items()
    }
    return Results(digest, tuple(sorted(runs)), proofs)


def with_earlier(new: Results, earlier: Results | None) -> Results:
    """The new results, with what an earlier run proved about the same code where this one could not.

    A machine without PostgreSQL or a browser takes nothing away from what stands; a failure always counts.
    """
    if earlier is None or earlier.digest != new.digest:
        return new
    proofs = {number: _with_earlier(proof, earlier.proofs.get(number)) for number, proof in new.proofs.items()}
    return Results(new.digest, tuple(sorted({*new.engines, *earlier.engines})), proofs)


def _with_earlier(new: Proof, earlier: Proof | None) -> Proof:
    if earlier is None:
        return new
    tests = {name: dict(by) for name, by in new.tests.items()}
    for name, by in tests.items():
        for engine, result in earlier.tests.get(name, {}).items():
            if by.get(engine, "skipped") == "skipped":
                by[engine] = result
    return Proof(new.number, new.title, new.level, new.controls, tests)


def save_results(runs: Mapping[str, Path], *, digest: str, docs: Path) -> bool:
    """Write both files; False, and nothing written, where one of the runs was not full."""
    if not runs or not all(file.is_file() for file in runs.values()):
        return False
    recorded = {engine: json.loads(file.read_text(encoding="utf-8")) for engine, file in runs.items()}
    results = with_earlier(results_of(recorded, digest=digest), read_results(docs / "promises.json"))
    (docs / "promises.json").write_text(results.to_json(), encoding="utf-8")
    (docs / "promises.md").write_text(proof_table(results), encoding="utf-8")
    return True
