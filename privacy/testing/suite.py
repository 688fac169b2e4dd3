"""`make test`: the suite on SQLite, then on PostgreSQL and Redis where they answer.

`TEST_DATABASE_URL` and `TEST_REDIS_URL` name the servers. With CI=true both must be there.
"""

import os
import subprocess
import sys


def main() -> int:
    required = os.environ.get("CI", "").lower() in {"1", "true"}
    database = os.environ.pop("TEST_DATABASE_URL", "")
    if required and not (database and os.environ.get("TEST_REDIS_URL")):
        sys.stderr.write("CI needs TEST_DATABASE_URL and TEST_REDIS_URL.\n")
        return 2
    for name, extra in [("SQLite", {}), ("PostgreSQL", {"TEST_DATABASE_URL": database})]:
        if name == "PostgreSQL" and not database:
            sys.stdout.write("PostgreSQL: skipped, TEST_DATABASE_URL is not set.\n")
            continue
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        command = [sys.executable, "-m", "pytest", "-n", str(_cores()), *sys.argv[1:]]
        code = subprocess.call(command, env={**os.environ, **extra})
        if code:
            return code
    return 0


def _cores() -> int:
    """The cores that this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
