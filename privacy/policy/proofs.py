"""What `make test` proved: for every promise its tests and their results, and on which code they ran.

The results stand in `docs/promises.json`. They count only for the code they were made on: a digest over
everything that decides what the product does. Only the standard library here: the test suite reads this
before Django is set up.
"""

import enum
import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS_FILE = ROOT / "docs" / "promises.json"
CODE = ("accounts", "consent", "dsr", "privacy", "static", "templates")
SINGLE_FILES = ("manage.py", "pytest.ini", "requirements.txt")


class Result(enum.StrEnum):
    """What the tests of one promise came to, over all engines."""

    PASSED = "passed"
    FAILED = "failed"  # at least one, on at least one engine
    SKIPPED = "skipped"  # at least one ran nowhere
    UNTESTED = "untested"  # no test names the promise


@dataclass(frozen=True, slots=True)
class Proof:
    """The tests of one promise. `tests` is test → engine → passed, failed or skipped; `controls` code → label."""

    number: int
    title: str
    level: str
    controls: Mapping[str, str] = field(default_factory=dict)
    tests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def result(self) -> Result:
        if not self.tests:
            return Result.UNTESTED
        if any("failed" in each.values() for each in self.tests.values()):
            return Result.FAILED
        is_proven = all("passed" in each.values() for each in self.tests.values())
        return Result.PASSED if is_proven else Result.SKIPPED


@dataclass(frozen=True, slots=True)
class Results:
    """The last full run: `digest` of the code it ran on, the engines, and every promise."""

    digest: str
    engines: tuple[str, ...]
    proofs: Mapping[int, Proof]

    def to_json(self) -> str:
        """The text of the file: the same results are the same bytes."""
        rows = [
            {
                "number": proof.number,
                "title": proof.title,
                "level": proof.level,
                "result": proof.result,
                "controls": dict(sorted(proof.controls.items())),
                "tests": {name: dict(sorted(by.items())) for name, by in sorted(proof.tests.items())},
            }
            for _, proof in sorted(self.proofs.items())
        ]
        content = {"digest": self.digest, "engines": sorted(self.engines), "promises": rows}
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read_results(file: Path = RESULTS_FILE) -> Results | None:
    """The results in the file; None where there is no file, or none that can be read."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        proofs = [_proof(row) for row in content["promises"]]
        return Results(str(content["digest"]), tuple(content["engines"]), {each.number: each for each in proofs})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _proof(row: Mapping[str, Any]) -> Proof:
    tests = {str(name): dict(by) for name, by in row["tests"].items()}
    return Proof(int(row["number"]), str(row["title"]), str(row["level"]), dict(row["controls"]), tests)


def code_digest(root: Path = ROOT) -> str:
    """SHA-256 over every file that decides what the product does, tests among them; docs and data are not."""
    whole = hashlib.sha256()
    for file in sorted(_code_files(root), key=lambda each: each.relative_to(root).as_posix()):
        name = file.relative_to(root).as_posix().encode()
        whole.update(name + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


@functools.cache
def running_digest() -> str:
    """The digest of the code that this process runs. It is read once: a process does not change its code."""
    return code_digest()


def _code_files(root: Path) -> Iterator[Path]:
    yield from (root / name for name in SINGLE_FILES if (root / name).is_file())
    for folder in CODE:
        for file in (root / folder).rglob("*"):
            parts = file.relative_to(root).parts
            is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
            if not is_hidden and file.suffix != ".pyc" and file.is_file():
                yield file
