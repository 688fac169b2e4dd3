"""An empty, migrated SQLite database, kept between runs: to go through all migrations takes longer than most tests.

It is made by the first run that needs it and named after the migrations of every installed app, so that a changed
migration makes a new one. What the apps do after each migration (triggers, groups) they still do.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection


@cache
def place() -> Path:
    """Where it lies, or would lie."""
    made = hashlib.sha256()
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path, "migrations").glob("*.py")):
            made.update(f"{app.label}/{path.name}\n".encode() + path.read_bytes())
    return _folder() / f"{made.hexdigest()[:32]}.sqlite3"


def lay(target: Path) -> bool:
    """Put a copy at `target`, where nothing is yet; whether there was one to copy."""
    if target.exists() or not place().exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(place(), target)
    return True


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:  # noqa: FBT001 - a fixture
    """With the copy, the database is migrated already, and must not be made anew."""
    return django_db_keepdb or connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    if connection.vendor == "sqlite":
        lay(Path(settings.DATABASES["default"]["TEST"]["NAME"]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    if connection.vendor == "sqlite" and not place().exists():
        _keep(Path(settings.DATABASES["default"]["NAME"]))


def _keep(source: Path) -> None:
    unfinished = place().with_suffix(f".{os.getpid()}")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as made,
        closing(sqlite3.connect(unfinished)) as to,
    ):
        made.backup(to)
    unfinished.replace(place())


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"kept-prepared-{os.getuid() if hasattr(os, 'getuid') else 'me'}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():  # somebody else put it there
        return Path(tempfile.mkdtemp(prefix="kept-prepared-"))
    return folder
