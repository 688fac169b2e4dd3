"""A database and a home of its own for one run, gone afterwards."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from privacy.kernel.keyring import Keyring

ROOT = Path(__file__).resolve().parent.parent
INHERITED = ("KEPT_FILES", "KEPT_EVIDENCE", "KEPT_DEMO", "KEPT_DEBUG", "KEPT_BASE_URL", "KEPT_SMTP_URL", "REDIS_URL")

TEMPLATE = "KEPT_BENCH_TEMPLATE"  # tells the processes inside which migrated, empty database there is already
_made = ExitStack()
atexit.register(_made.close)


@contextmanager
def scratch(server_url: str, size: str) -> Iterator[dict[str, str]]:
    """The environment of a migrated installation: on SQLite, or in a new database on this PostgreSQL server."""
    template = _template(server_url)
    with tempfile.TemporaryDirectory(prefix="kept-bench-") as folder, _copy(server_url, template, folder) as url:
        yield {**_environment(Path(folder), url), "KEPT_BENCH_SIZE": size, TEMPLATE: template}


@cache
def _template(server_url: str) -> str:
    """The file or the name of a database that went through all migrations, once for each process: they take longer
    than many a case. It goes when the process ends, or by `drop_templates`."""
    if inherited := os.environ.get(TEMPLATE):
        return inherited
    folder = _made.enter_context(tempfile.TemporaryDirectory(prefix="kept-bench-template-"))
    name = str(Path(folder) / "kept.sqlite3")
    url = f"sqlite:///{name}"
    if server_url:
        name = _new_name()
        url = urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        _tell(server_url, f"CREATE DATABASE {name}")
        _made.callback(_tell, server_url, f"DROP DATABASE {name} WITH (FORCE)")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"],
        env=_environment(Path(folder), url),
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return name


def drop_templates() -> None:
    """For a process that goes on, or ends without a word, as the workers of a parallel test run do."""
    _made.close()
    _template.cache_clear()


def _environment(folder: Path, url: str) -> dict[str, str]:
    keys = folder / "keys.json"
    Keyring.load_or_create(keys)
    return {
        **{name: value for name, value in os.environ.items() if name not in INHERITED},
        "DJANGO_SETTINGS_MODULE": "privacy.settings",
        "KEPT_HOME": str(folder),
        "KEPT_KEYS_FILE": str(keys),
        "DATABASE_URL": url,
    }


@contextmanager
def _copy(server_url: str, template: str, folder: str) -> Iterator[str]:
    if not server_url:
        shutil.copyfile(template, Path(folder) / "kept.sqlite3")
        yield f"sqlite:///{Path(folder) / 'kept.sqlite3'}"
        return
    name = _new_name()
    _tell(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        _tell(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _new_name() -> str:
    return f"kept_bench_{uuid.uuid4().hex[:12]}"


def _tell(server_url: str, statement: str) -> None:
    connection = psycopg2.connect(urlunsplit(urlsplit(server_url)._replace(scheme="postgresql")))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
