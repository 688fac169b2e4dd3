"""The decision API against a bare Django view, and against one with a single indexed SELECT.

Server CPU per request. The servers run in the same way, each in processes of its own; the asking process
is another one, whose CPU does not count.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from benchmarks.cases import setting_up
from benchmarks.figures import Figure, compared, tell
from benchmarks.machine import cpu_seconds, free_port, memory, wait_for_port
from benchmarks.sizes import sizes

CONNECTIONS = 4
MEMORY_OF_THE_TOOL = 747  # MiB
COMMANDS = {
    # What docs/operators.md tells to run in production, and what `make run` embeds.
    "granian": [
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--no-access-log",
        "--log-level",
        "error",
    ],
    "waitress": ["waitress", "--threads=8"],
}


@contextmanager
def serving(server: str, application: str, environment: dict[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """A server in processes of its own: its process id and port."""
    port = free_port()
    where = ["--host", "127.0.0.1", "--port", str(port)] if server == "granian" else [f"--listen=127.0.0.1:{port}"]
    command = [sys.executable, "-m", *COMMANDS[server], *where, application]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, stdout=said, stderr=said, env=environment, start_new_session=True) as process,
    ):
        try:
            wait_for_port(port)
            yield process.pid, port
        except (TimeoutError, subprocess.CalledProcessError):
            said.seek(0)
            sys.stderr.write(said.read()[-2000:])
            raise
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:  # it was told in the middle of its start, and has forgotten
                os.killpg(process.pid, signal.SIGKILL)


def cpu_per_request(pid: int, job: dict[str, Any]) -> float:
    """Microseconds of the server's CPU for each request of the job."""
    before = cpu_seconds(pid)
    subprocess.run(
        [sys.executable, "-m", "benchmarks.client"],
        input=json.dumps(job),
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return (cpu_seconds(pid) - before) * 1e6 / int(job["requests"])


def time_per_request(job: dict[str, Any]) -> float:
    """Microseconds from asking to the whole answer, one after another."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.client"],
        input=json.dumps({**job, "connections": 1}),
        text=True,
        check=True,
        stdout=subprocess.PIPE,
    )
    return float(done.stdout) * 1e6 / int(job["requests"])


def main() -> None:
    size = sizes()
    key, questions = setting_up.questions(size.people)
    for server in size.with_servers:
        with (
            serving(server, "privacy.wsgi:application") as ours,
            serving(server, "benchmarks.bare:application") as bare,
        ):
            common = {
                "bodies": questions,
                "requests": size.requests,
                "connections": CONNECTIONS,
                "expect": '"decision":',
            }
            asked = {
                **common,
                "headers": {"Authorization": f"Bearer {key}"},
                "port": ours[1],
                "path": "/api/v1/decisions",
            }
            plain = {**common, "headers": {}, "port": bare[1]}
            mine, empty, select = compared(
                size.rounds,
                partial(cpu_per_request, ours[0], asked),
                partial(cpu_per_request, bare[0], {**plain, "path": "/bare"}),
                partial(cpu_per_request, bare[0], {**plain, "path": "/select/{which}"}),
            )
            n = size.rounds * size.requests
            tell(Figure(f"decision API, {server}, server CPU", "µs", mine, "bare Django view", empty, n))
            tell(Figure(f"decision API, {server}, server CPU", "µs", mine, "bare view, one SELECT", select, n))
            lists = {**asked, "bodies": setting_up.lists(questions), "requests": max(CONNECTIONS, size.requests // 10)}
            many, one = compared(
                size.rounds, partial(cpu_per_request, ours[0], lists), partial(cpu_per_request, ours[0], asked)
            )
            tell(Figure(f"100 decisions at once, {server}, server CPU", "µs", many, "a single decision", one, n // 10))
            many, one = compared(size.rounds, partial(time_per_request, lists), partial(time_per_request, asked))
            tell(Figure(f"100 decisions at once, {server}, time", "µs", many, "a single decision", one, n // 10))
            used = memory(ours[0]) / 2**20
            tell(Figure(f"memory while serving, {server}", "MiB", used, "a leading tool", MEMORY_OF_THE_TOOL, 1))


if __name__ == "__main__":
    main()
