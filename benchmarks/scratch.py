"""A database and a home of its own for one run, gone afterwards."""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from privacy.kernel.keyring import Keyring

ROOT = Path(__file__).resolve().parent.parent
INHERITED = ("KEPT_FILES", "KEPT_EVIDENCE", "KEPT_DEMO", "KEPT_DEBUG", "KEPT_BASE_URL", "KEPT_SMTP_URL", "REDIS_URL")


@contextmanager
def scratch(server_url: str, size: str) -> Iterator[dict[str, str]]:
    """The environment of a migrated installation: on SQLite, or in a new database on this PostgreSQL server."""
    with tempfile.TemporaryDirectory(prefix="kept-bench-") as folder, _database(server_url, Path(folder)) as url:
        keys = Path(folder) / "keys.json"
        Keyring.load_or_create(keys)
        environment = {name: value for name, value in os.environ.items() if name not in INHERITED}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "privacy.settings",
            "KEPT_HOME": folder,
            "KEPT_KEYS_FILE": str(keys),
            "DATABASE_URL": url,
            "KEPT_BENCH_SIZE": size,
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            env=environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield environment


@contextmanager
def _database(server_url: str, folder: Path) -> Iterator[str]:
    if not server_url:
        yield f"sqlite:///{folder / 'kept.sqlite3'}"
        return
    name = f"kept_bench_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(server_url)
    server = urlunsplit(parts._replace(scheme="postgresql"))

    def tell(statement: str) -> None:
        connection = psycopg2.connect(server)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    tell(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        tell(f"DROP DATABASE {name} WITH (FORCE)")
