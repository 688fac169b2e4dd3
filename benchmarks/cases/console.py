"""The pages of the console among few requests and among many: two installations, asked in turns.

The time of a page is that of the whole request in this process, the database included; of each page the 95th
percentile counts. Each page is opened once here and once there and so on: whatever slows the machine for a moment
slows both. A page that takes more statements than it may stops the case.
`python -m benchmarks.cases.console counted` prints how many statements each page of one installation takes, and the
slowest.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.cases.console_pages import pages, staff
from benchmarks.figures import Figure, tell
from benchmarks.scratch import scratch
from benchmarks.sizes import sizes
from privacy.kernel import clock
from privacy.kernel.collector import settle
from privacy.policy.board_readings import ask_board

PERCENTILE = 95
MOST_STATEMENTS = 12


class Installation:
    """One with so many requests, and a process in it that opens pages when it is told to."""

    def __init__(self, environment: dict[str, str], count: int) -> None:
        command, pipe = [sys.executable, "-m"], subprocess.PIPE
        subprocess.run([*command, "benchmarks.cases.requests_filling", str(count)], env=environment, check=True)
        measuring = [*command, "benchmarks.cases.console", "measure"]
        self.process = subprocess.Popen(measuring, env=environment, stdin=pipe, stdout=pipe, text=True)
        self.statements: dict[str, int] = json.loads(self._line())
        self.times: dict[str, list[float]] = {name: [] for name in self.statements}

    def open(self, name: str) -> None:
        """Open a page once, and keep how many milliseconds it took."""
        if self.process.stdin is None:
            raise RuntimeError("The process has no pipe.")
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        self.times[name].append(float(self._line()))

    def _line(self) -> str:
        if self.process.stdout is None:
            raise RuntimeError("The process has no pipe.")
        return self.process.stdout.readline()


def measure() -> None:
    """Tell how many statements each page takes; then open the page that each line of the standard input names."""
    ask_board(now=clock.now())
    asked = pages(staff())
    statements = {name: len(_statements(act)) for name, act in asked.items()}
    settle()  # as every process that serves
    _tell(statements)
    for line in sys.stdin:
        act = asked[line.rstrip("\n")]
        started = time.perf_counter()
        act()
        _tell((time.perf_counter() - started) * 1000)


def _tell(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _statements(act: Callable[[], object]) -> list[dict[str, str]]:
    """What the database is asked for a page that was opened before."""
    act()
    with CaptureQueriesContext(connection) as found:
        act()
    return found.captured_queries


def counted() -> None:
    """How many statements each page takes here, and which of them take longest."""
    for name, act in pages(staff()).items():
        found = _statements(act)
        sys.stdout.write(f"{len(found):3} {name}\n")
        for each in sorted(found, key=lambda each: -float(each["time"]))[:2]:
            sys.stdout.write(f"      {each['time']} s {each['sql'][:1500]}\n")


def main() -> None:
    size = sizes()
    few, many = size.requests_few_and_many
    server = os.environ["DATABASE_URL"] if os.environ["DATABASE_URL"].startswith("postgres") else ""
    with scratch(server, os.environ["KEPT_BENCH_SIZE"]) as large:
        both = [Installation(dict(os.environ), few), Installation(large, many)]
        most = max(both[1].statements, key=both[1].statements.__getitem__)
        if both[1].statements[most] > MOST_STATEMENTS:
            raise SystemExit(f"{most}: {both[1].statements[most]} statements")
        for number in range(size.rounds):
            for name in both[0].times:
                for turn in range(size.pages):
                    for each in both if (number + turn) % 2 else reversed(both):
                        each.open(name)
        for each in both:
            each.process.communicate()
    for name in both[0].times:
        less, more = (statistics.quantiles(each.times[name], n=100)[PERCENTILE - 1] for each in both)
        case = f"{name} among {many:,} requests, p{PERCENTILE}"
        tell(Figure(case, "ms", more, f"among {few:,}", less, size.rounds * size.pages))
    tell(Figure(f"statements of a page ({most})", "", both[1].statements[most], "at most", MOST_STATEMENTS, 1))


if __name__ == "__main__":
    {"measure": measure, "counted": counted}.get(sys.argv[1] if sys.argv[1:] else "", main)()
