"""`make bench`: ratios in one run, on SQLite and, where DATABASE_URL or TEST_DATABASE_URL names a server, on
PostgreSQL. QUICK=1 for a first look, SAVE=1 to write `benchmarks/results.md`."""

import datetime as dt
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.figures import Figure, table
from benchmarks.scratch import ROOT, scratch

CASES = (
    *("decisions", "flat", "writes", "imports", "retention", "ledger"),
    *("intake", "whole", "together", "streaming", "console", "outside"),
)
ONCE = ("install",)  # no database has a part in it
RESULTS = ROOT / "benchmarks" / "results.md"


def measured(engine_url: str, size: str, cases: tuple[str, ...] = CASES) -> list[Figure]:
    """Every figure of one engine. A case that fails stops the run with its own words."""
    figures = []
    for case in cases:
        with scratch(engine_url, size) as environment:
            done = subprocess.run(
                [sys.executable, "-m", f"benchmarks.cases.{case}"],
                env=environment,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
            if done.returncode:
                raise SystemExit(f"{case}: stopped, see above.")
            figures += [Figure(**json.loads(line)) for line in done.stdout.splitlines()]
    return figures


def main() -> int:
    size = os.environ.get("KEPT_BENCH_SIZE") or ("QUICK" if os.environ.get("QUICK") else "FULL")
    server = os.environ.get("DATABASE_URL") or os.environ.get("TEST_DATABASE_URL", "")
    cases = tuple(os.environ.get("CASES", "").split()) or CASES
    engines = {"SQLite": "", **({"PostgreSQL": server} if server.startswith("postgres") else {})}
    parts = [_head(size)]
    for engine, url in engines.items():
        parts.append(f"## {engine}\n\n{table(measured(url, size, cases))}\n")
        sys.stdout.write(f"{parts[-1]}\n")
        sys.stdout.flush()
    if size == "FULL" and cases == CASES:
        parts.append(f"## Installation\n\n{table(measured('', size, ONCE))}\n")
        sys.stdout.write(f"{parts[-1]}\n")
    if "PostgreSQL" not in engines:
        sys.stdout.write("PostgreSQL: not measured, TEST_DATABASE_URL is not set.\n")
    if os.environ.get("SAVE"):
        RESULTS.write_text("\n".join(parts), encoding="utf-8")
        sys.stdout.write(f"Written to {RESULTS.relative_to(ROOT)}.\n")
    return 0


def _head(size: str) -> str:
    today = dt.datetime.now(dt.UTC).date().isoformat()
    made = f"{today}, {os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}"
    return (
        f"# Measured ratios\n\n`make bench{' QUICK=1' if size == 'QUICK' else ''}` on {made}. The ratios compare two "
        "things in one run on one machine; the figures themselves say nothing about another machine.\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
