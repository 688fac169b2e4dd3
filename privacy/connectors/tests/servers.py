"""Database servers that a test starts, kills and starts again: its own, on ports of their own, gone afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from privacy.connectors.database import clean_url

PASSWORD = "s3cret-of-the-shop"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Server(ABC):
    """One private server. `url` is that of its database `shop`, for its owner."""

    scheme: str
    user: str

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="kept-server-"))
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return clean_url(f"{self.scheme}://{self.user}:{PASSWORD}@127.0.0.1:{self.port}/shop")

    @abstractmethod
    def make(self) -> None:
        """The files of a server, and its first start with an empty database `shop`."""

    @abstractmethod
    def command(self) -> tuple[list[str], str | None]:
        """What starts it, and as whom."""

    def start(self, url: str = "") -> None:
        """Until it answers; again where what was killed has not let go of its files yet."""
        command, user = self.command()
        for _ in range(240):
            if self.process is None or self.process.poll() is not None:
                with (self.home / "log").open("ab") as log:
                    self.process = subprocess.Popen(command, user=user, stdout=log, stderr=log, cwd=self.home)
            if self.answers(url):
                return
            time.sleep(0.25)
        raise RuntimeError((self.home / "log").read_text(errors="replace")[-2000:])

    def answers(self, url: str = "") -> bool:
        try:
            self.ask("SELECT 1", url=url)
        except sa.exc.SQLAlchemyError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL, as a machine that loses power would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def remove(self) -> None:
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def ask(self, *statements: str, url: str = "") -> list[Any]:
        engine = sa.create_engine(url or self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            result = [connection.exec_driver_sql(each) for each in statements][-1]
            return [tuple(row) for row in result.all()] if result.returns_rows else []


class PrivatePostgres(Server):
    scheme, user = "postgresql", "keeper"

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        self.programs = found[-1].parent if found else Path(shutil.which("initdb") or "/nowhere/initdb").parent
        if not (self.programs / "initdb").exists():
            pytest.skip("PostgreSQL's initdb is not installed")
        super().__init__()

    def command(self) -> tuple[list[str], str | None]:
        data, where = str(self.home / "data"), f"-k {self.home} -c listen_addresses=127.0.0.1 -c fsync=off"
        command = [str(self.programs / "postgres"), "-D", data, "-p", str(self.port), *where.split()]
        return command, "postgres" if os.geteuid() == 0 else None

    def make(self) -> None:
        words = self.home / "words"
        words.write_text(PASSWORD)
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            for path in (self.home, words):
                shutil.chown(path, user)
        make = [str(self.programs / "initdb"), "-D", str(self.home / "data"), "-U", self.user, "--no-sync"]
        make += ["-A", "scram-sha-256", f"--pwfile={words}"]
        subprocess.run(make, user=user, check=True, capture_output=True, cwd=self.home)
        admin = self.url.replace("/shop", "/postgres")
        self.start(admin)
        engine = sa.create_engine(admin, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE shop")


class PrivateMariaDb(Server):
    scheme, user = "mariadb", "keeper"

    def __init__(self) -> None:
        path = f"{os.environ.get('PATH', '')}:/usr/sbin"
        self.programs = [shutil.which(name, path=path) for name in ("mariadb-install-db", "mariadbd")]
        if not all(self.programs):
            pytest.skip("MariaDB's mariadb-install-db and mariadbd are not installed")
        super().__init__()

    def command(self) -> tuple[list[str], str | None]:
        where = [f"--datadir={self.home / 'data'}", f"--socket={self.home / 'socket'}", f"--port={self.port}"]
        more = ["--bind-address=127.0.0.1", "--skip-log-bin", f"--pid-file={self.home / 'pid'}"]
        more += ["--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=32M", *self._as_root()]
        return [str(self.programs[1]), "--no-defaults", *where, *more], None

    def _as_root(self) -> list[str]:
        return ["--user=root"] if os.geteuid() == 0 else []

    def make(self) -> None:
        make = [str(self.programs[0]), "--no-defaults", f"--datadir={self.home / 'data'}", "--skip-test-db"]
        make += ["--auth-root-authentication-method=normal", *self._as_root()]
        subprocess.run(make, check=True, capture_output=True, cwd=self.home)
        admin = clean_url(f"mariadb://root@127.0.0.1:{self.port}/mysql")
        self.start(admin)
        self.ask(
            "CREATE DATABASE shop",
            f"CREATE USER '{self.user}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
            f"CREATE USER '{self.user}'@'localhost' IDENTIFIED BY '{PASSWORD}'",
            f"GRANT ALL ON shop.* TO '{self.user}'@'127.0.0.1'",
            f"GRANT ALL ON shop.* TO '{self.user}'@'localhost'",
            url=admin,
        )
