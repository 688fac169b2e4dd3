"""`make test`: the suite on SQLite, then on PostgreSQL and Redis where they answer.

`TEST_DATABASE_URL` and `TEST_REDIS_URL` name the servers. With CI=true both must be there, and the few that failed
among many at once are asked once more, alone (decision 0090). A full run writes what it proved about the promises to
`docs/promises.json` and `docs/promises.md`; a run with arguments for pytest never does.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from privacy.policy.proofs import ROOT, code_digest
from privacy.testing.promise_file import save_results
from privacy.testing.promise_results import FILE_NAME

TESTS_FAILED = 1  # pytest's exit code, where everything was collected and some failed
MOST_AGAIN = 5  # more than that is no accident


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
        codes = [
            _run(name, {**extra, FILE_NAME: str(files[name])}, looks_twice=required) for name, extra in engines.items()
        ]
        if not sys.argv[1:]:
            _save(files, digest)
    return next((code for code in codes if code), 0)


def _run(name: str, extra: dict[str, str], *, looks_twice: bool) -> int:
    sys.stdout.write(f"== {name}\n")
    sys.stdout.flush()
    environment = {**os.environ, **extra}
    kept = ["-o", f"cache_dir={_cache(name)}"]
    shutil.rmtree(_cache(name), ignore_errors=True)
    command = [sys.executable, "-m", "pytest", *kept]
    code = subprocess.call([*command, "-n", str(_cores()), *sys.argv[1:]], env=environment)
    failed = _failed(name)
    if code != TESTS_FAILED or not looks_twice or not 0 < len(failed) <= MOST_AGAIN:
        return code
    sys.stdout.write(f"== {name}: {len(failed)} failed among all, asked once more, alone:\n")
    sys.stdout.writelines(f"   {each}\n" for each in sorted(failed))
    sys.stdout.flush()
    environment.pop(FILE_NAME, None)  # for a promise, the first answer counts
    alone = ["--last-failed", "--last-failed-no-failures", "none"]
    return subprocess.call([*command, *alone, *sys.argv[1:]], env=environment)


def _cache(name: str) -> Path:
    return ROOT / "var" / "pytest" / name.lower()


def _failed(name: str) -> dict[str, bool]:
    """What failed in the last run, as pytest keeps it."""
    try:
        found: dict[str, bool] = json.loads((_cache(name) / "v" / "cache" / "lastfailed").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


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
