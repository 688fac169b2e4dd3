"""An embedded installation of its own for a test: real processes on a SQLite file, to be killed and started again."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from privacy.testing import prepared

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120  # only ends a test that hangs; nothing is measured
OURS = ("KEPT_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


class Installation:
    """`home` holds everything; `extra` are variables of the environment."""

    def __init__(self, home: Path, **extra: str) -> None:
        self.home = home
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        prepared.lay(home / "kept.sqlite3")
        self._env = {**kept, "KEPT_HOME": str(home), "KEPT_LOG_LEVEL": "ERROR", **extra}

    def command(self, *arguments: str) -> str:
        """Run a command of manage.py to its end; what it wrote."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._env,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def script(self, code: str) -> str:
        """Run lines of Python with the apps loaded; what they wrote."""
        return self.command("shell", "-v0", "--no-imports", "-c", code)

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command that does not end by itself; killed at the end with kill -9."""
        log = (self.home / "process.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self._env, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
            log.close()

    def ask(self, query: str) -> Any:
        """One value from the database, read beside the running process."""
        path = self.home / "kept.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as connection:
            row = connection.execute(query).fetchone()
        return row[0] if row else None


def wait_until(ready: Callable[[], Any]) -> None:
    """Wait for something that comes; AssertionError where it never does."""
    end = time.monotonic() + PATIENCE_S
    while not ready():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.002)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def redis_server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of the test's own."""
    quiet = subprocess.DEVNULL
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet)
    try:
        wait_until(lambda: _listens(port))
        yield process
    finally:
        process.kill()
        process.wait()


def has_redis() -> bool:
    return shutil.which("redis-server") is not None


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
