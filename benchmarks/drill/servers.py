"""The private servers of one drill: PostgreSQL, Redis, the outside system and the mail server.

All are made in a temporary folder on free ports and are gone afterwards; nothing else is touched.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg2

PATIENCE_S = 60


class Missing(Exception):
    """Something that the drill needs is not installed; the text says what."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postgres_binaries() -> Path:
    """The folder of initdb and postgres. Missing where there is none."""
    folders: list[Path] = []
    if shutil.which("pg_config"):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(answer.stdout.strip()))
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_ctl")):
            return folder
    raise Missing("PostgreSQL's server programs are missing. On Debian and Ubuntu: apt install postgresql")


class Postgres:
    """A PostgreSQL of its own, with the durable settings that it has by default."""

    def __init__(self, home: Path) -> None:
        self._bin, self._data, self.port = postgres_binaries(), home / "postgres", free_port()
        self._data.mkdir(mode=0o700)
        self._who: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            try:
                shutil.chown(self._data, "postgres", "postgres")
            except LookupError:
                raise Missing("PostgreSQL refuses to run as root, and there is no user postgres here.") from None
            self._who = {"user": "postgres", "group": "postgres", "extra_groups": []}
            home.chmod(0o711)
        self._run("initdb", "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--no-locale")
        self._server: subprocess.Popen[bytes] | None = None
        self.start()
        self.create("kept")
        self.create("naive")

    def url(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        connection.cursor().execute(f'CREATE DATABASE "{database}"')
        connection.close()

    def start(self) -> None:
        log = (self._data / "server.log").open("ab")
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self.port), *options]
        self._server = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=self._data, start_new_session=True, **self._who
        )
        wait_for(self._answers, "PostgreSQL did not start")

    def crash(self) -> None:
        """Stop at once, without a last checkpoint, as after a power cut; what was committed must be there."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-s")
        if self._server:
            self._server.wait(PATIENCE_S)

    def stop(self) -> None:
        if self._server and self._server.poll() is None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(PATIENCE_S)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url("postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "-D", str(self._data), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self._data, check=False, **self._who)
        if done.returncode:
            raise Missing(f"{program} failed: {done.stderr.strip()[-400:]}")


class Redis:
    """A Redis of its own that may be emptied and killed."""

    def __init__(self, home: Path) -> None:
        self._home, self.port = home, free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self.start()

    @staticmethod
    def is_installed() -> bool:
        return shutil.which("redis-server") is not None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        quiet = subprocess.DEVNULL
        self._server = subprocess.Popen(command, stdout=quiet, stderr=quiet, cwd=self._home, start_new_session=True)
        wait_for(lambda: _listens(self.port), "Redis did not start")

    def flush(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as door:
            door.sendall(b"FLUSHALL\r\n")
            door.recv(64)

    def kill(self) -> None:
        if self._server:
            self._server.kill()
            self._server.wait(PATIENCE_S)


class Program:
    """One of the drill's own server programs, as a separate process."""

    def __init__(self, module: str, *arguments: str) -> None:
        self.port = free_port()
        self._command = [sys.executable, "-m", module, str(self.port), *arguments]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, start_new_session=True)
        wait_for(lambda: _listens(self.port), f"{self._command[2]} did not start")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(PATIENCE_S)


def stop_all(servers: Iterable[Any]) -> None:
    """Stop whatever runs; only what this drill started."""
    for server in servers:
        (server.stop if isinstance(server, Postgres) else server.kill)()


def wait_for(ready: Any, complaint: str, *, seconds: float = PATIENCE_S) -> None:
    """Wait until `ready()`; Missing with the complaint where it never is."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise Missing(f"{complaint} within {seconds:.0f} s.")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
