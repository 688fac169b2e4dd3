"""Every case runs through at its tiniest size. What it measures is nobody's expectation."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.__main__ import CASES, RESULTS, measured
from benchmarks.figures import Figure, compared, table
from benchmarks.machine import cpu_seconds, memory, tree
from benchmarks.scratch import ROOT, drop_templates

SERVER = os.environ.get("TEST_DATABASE_URL", "")  # on PostgreSQL the cases of SQLite ran already


@pytest.fixture(scope="module", autouse=True)
def no_database_stays() -> Iterator[None]:
    yield
    drop_templates()


@pytest.mark.parametrize("case", CASES)
def test_every_case_runs_through(case: str) -> None:
    figures = measured(SERVER, "TINY", (case,))
    assert figures
    assert all(each.ours > 0 and each.reference > 0 for each in figures)


def test_the_command_tells_its_figures_as_tables_and_saves_nothing_unasked() -> None:
    environment = {**os.environ, "KEPT_BENCH_SIZE": "TINY", "CASES": "writes"}
    environment.pop("DATABASE_URL", None)
    environment.pop("SAVE", None)
    saved = RESULTS.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| case ") == (2 if SERVER else 1)
    assert "| consent write, time " in done.stdout and RESULTS.read_bytes() == saved


def test_the_median_of_interleaved_rounds_counts_and_the_first_does_not() -> None:
    first, second, order = iter([99, 1, 2, 9]), iter([99, 5, 5, 5]), []

    def one() -> float:
        order.append("one")
        return next(first)

    def two() -> float:
        order.append("two")
        return next(second)

    assert compared(3, one, two) == [2, 5]
    assert order[:4] == ["one", "two", "two", "one"]


def test_a_figure_survives_the_way_between_processes_and_reads_as_a_table() -> None:
    figure = Figure("log event", "µs", 300.0, "plain", 200.0, 5)
    text = table([Figure(**json.loads(json.dumps({**{n: getattr(figure, n) for n in figure.__slots__}})))])
    assert "| log event | 300 µs | plain     | 200 µs | 1.50  | 5 |" in text


def test_the_cpu_and_memory_of_a_process_and_its_children_are_counted() -> None:
    burn = "import subprocess, sys; sum(range(6_000_000)); sys.stdout.write('x'); sys.stdout.flush(); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.read(1) == b"x"
        assert process.pid in tree(os.getpid())
        assert cpu_seconds(process.pid) > 0
        assert memory(process.pid) > 1_000_000
        process.communicate(b"")
