"""A backup as one folder: the database as it was at one moment, the files, and a list with checksums.

    manifest.json   format, engine, newest seal, SHA-256 of each file
    database        SQLite: a database file; PostgreSQL: an archive of pg_dump
    files.tar       KEPT_FILES
    evidence.tar    KEPT_EVIDENCE: only for the day on which the evidence folder itself is lost

The keys are left out on purpose: a backup that holds them protects nothing. Keep them elsewhere.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from privacy.audit.models import Seal
from privacy.audit.services import record
from privacy.jobs.models import Heartbeat
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.pages.audit_events import BACKED_UP

FORMAT = "kept-backup/1"
WORKER_RECENT = dt.timedelta(seconds=60)


def make_backup(*, into: Path, actor: Actor, now: dt.datetime) -> Path:
    """Write a backup into a new folder below `into`, readable by its owner only, and return that folder.

    The act stands in the log before the database is read, so the backup knows of itself.
    """
    folder = into / f"kept-{now:%Y%m%dT%H%M%SZ}"
    with transaction.atomic():
        record(BACKED_UP, actor=actor, at=now, engine=connection.vendor)
    try:
        into.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise DomainError(f"The folder cannot be made ({type(error).__name__}): choose another.") from None
    _copy_database(folder / "database")
    _pack(Path(settings.KEPT_FILES), folder / "files.tar")
    _pack(Path(settings.KEPT_EVIDENCE), folder / "evidence.tar")
    seal = Seal.newest()
    manifest = {
        "format": FORMAT,
        "created_at": clock.canonical(now),
        "engine": connection.vendor,
        "seal": {"number": seal.number, "hash": seal.hash} if seal else None,
        "keys": "not in this backup",
        "files": {name: _sha256(folder / name) for name in ("database", "files.tar", "evidence.tar")},
    }
    _write(folder / "manifest.json", json.dumps(manifest, indent=2) + "\n")
    return folder


def restore_backup(*, folder: Path, now: dt.datetime, is_forced: bool = False) -> list[str]:
    """Put a backup in the place of the database; returns what was done, in sentences.

    Raises DomainError where the backup is not whole or of another engine, or a worker still runs.
    """
    manifest = _checked(folder)
    if manifest["engine"] != connection.vendor:
        raise DomainError(f"This backup is one of {manifest['engine']}; this installation uses {connection.vendor}.")
    if not is_forced and _worker_runs(now):
        raise DomainError("A worker runs. Stop every process of Kept first, then restore.")
    done = [_replace_database(folder / "database", now)]
    done.append(_unpack(folder / "files.tar", Path(settings.KEPT_FILES), "KEPT_FILES"))
    evidence = Path(settings.KEPT_EVIDENCE)
    if (evidence / "checkpoints").exists():
        done.append("KEPT_EVIDENCE is untouched: it knows what happened since the backup.")
    else:
        done.append(_unpack(folder / "evidence.tar", evidence, "KEPT_EVIDENCE"))
    return done


def _checked(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise ValueError
        broken = [name for name, digest in manifest["files"].items() if _sha256(folder / Path(name).name) != digest]
    except (OSError, ValueError, KeyError):
        raise DomainError("This folder is no whole backup of Kept.") from None
    if broken:
        raise DomainError(f"The backup was altered or cut: {', '.join(broken)}.")
    return manifest


def _worker_runs(now: dt.datetime) -> bool:
    if Heartbeat._meta.db_table not in connection.introspection.table_names():
        return False
    return Heartbeat.objects.filter(name="worker", at__gt=now - WORKER_RECENT).exists()


def _copy_database(target: Path) -> None:
    _write(target, "")
    if connection.vendor == "sqlite":
        with (
            closing(sqlite3.connect(f"{_sqlite_path().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise DomainError("The copy of the database is damaged. Check the disk.")
        return
    _run_tool(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])


def _replace_database(source: Path, now: dt.datetime) -> str:
    if connection.vendor != "sqlite":
        how = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
        _run_tool(["pg_restore", *how, f"--dbname={connection.settings_dict['NAME']}", str(source)])
        return "The database holds the backup."
    path = _sqlite_path()
    connection.close()
    fresh = path.with_name(f"{path.name}.restoring")
    _write(fresh, "")
    with closing(sqlite3.connect(source)) as stored, closing(sqlite3.connect(fresh)) as copy:
        stored.backup(copy)
    aside = path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%SZ}")
    for ending in ("", "-wal", "-shm"):
        old = path.with_name(path.name + ending)
        if old.exists():
            old.replace(aside.with_name(aside.name + ending))
    fresh.replace(path)
    return f"The database holds the backup; the former one is {aside.name}. Delete it when all is well."


def _sqlite_path() -> Path:
    return Path(connection.settings_dict["NAME"]).resolve()


def _run_tool(command: list[str]) -> None:
    """Run a program of PostgreSQL. The password goes by the environment, never by the command line."""
    one = connection.settings_dict
    values = {"PGHOST": one["HOST"], "PGPORT": one["PORT"], "PGUSER": one["USER"], "PGPASSWORD": one["PASSWORD"]}
    values["PGDATABASE"] = one["NAME"]
    environment = {**os.environ, **{name: str(value) for name, value in values.items() if value}}
    connection.close()
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603 - fixed programs
    except FileNotFoundError:
        raise DomainError(f"{command[0]} is not installed. Install the client programs of PostgreSQL.") from None
    except subprocess.CalledProcessError as error:
        reason = "its version is older than the server's" if b"version mismatch" in error.stderr else "see its log"
        raise DomainError(f"{command[0]} failed ({reason}).") from None


def _pack(folder: Path, target: Path) -> None:
    _write(target, "")
    with tarfile.open(target, "w") as archive:
        for path in sorted(folder.rglob("*")) if folder.exists() else []:
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                archive.add(path, arcname=str(path.relative_to(folder)))


def _unpack(source: Path, folder: Path, name: str) -> str:
    """What is there already stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with tarfile.open(source) as archive:
        for member in archive.getmembers():
            target = folder / member.name
            if not member.isfile() or folder.resolve() not in target.resolve().parents:
                raise DomainError("The files of this backup were not made by `manage.py backup`.")
            if not target.exists():
                _put_back(archive, member, target)
                count += 1
    return f"{count} files were put back into {name}."


def _put_back(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Copy one file by hand: the safe filters of tarfile came only with Python 3.11.4."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = archive.extractfile(member)
    if source is None:
        raise DomainError("The files of this backup cannot be read.")
    with source, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(source, file)
    os.utime(target, (member.mtime, member.mtime))


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
