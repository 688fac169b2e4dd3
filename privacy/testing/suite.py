"""`make test`: the suite on SQLite, then on PostgreSQL and Redis where they answer.

`TEST_DATABASE_URL` and `TEST_REDIS_URL` name the servers. With CI=true both must be there. A full run
writes what it proved about the promises to `docs/promises.json` and `docs/promises.md`; a run with
arguments for pytest never does.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from privacy.policy.proofs import ROOT, code_digest
from privacy.testing.promise_file import save_results
from privacy.testing.promise_results import FILE_NAME


def main() -> int:
    required = os.environ.get("CI", "").lower() in {"1", "true"}
    database = os.environ.pop("TEST_DATABASE_URL", "")
    if required and not (database and os.environ.get("TEST_REDIS_URL")):
        sys.stderr.write("CI needs TEST_DATABASE_URL and TEST_REDIS_URL.\n")
        return 2
    engines = {"SQLite": {}, "PostgreSQL": {"TEST_DATABASE_URL": database}}
    if not database:
        sys.stdout.write("PostgreSQL: skipped, TEST_DATABASE_URL is not set.\n")
        del engines["PostgreSQL"]
    digest = code_digest()
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / name for name in engines}
        codes = [_run(name, {**extra, FILE_NAME: str(files[name])}) for name, extra in engines.items()]
        if not sys.argv[1:]:
            _save(files, digest)
    return next((code for code in codes if code), 0)


def _run(name: str, extra: dict[str, str]) -> int:
    sys.stdout.write(f"== {name}\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "-n", str(_cores()), *sys.argv[1:]]
    return subprocess.call(command, env={**os.environ, **extra})


def _save(files: dict[str, Path], digest: str) -> None:
    if code_digest() != digest:
        sys.stdout.write("The code changed while its tests ran: docs/promises.json stays as it was.\n")
    elif save_results(files, digest=digest, docs=ROOT / "docs"):
        sys.stdout.write("The results of the promises are in docs/promises.json and docs/promises.md.\n")
    else:
        sys.stdout.write("This was not a full run: docs/promises.json stays as it was.\n")


def _cores() -> int:
    """The cores that this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
