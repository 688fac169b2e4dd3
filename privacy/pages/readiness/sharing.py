"""Proof that all machines share one folder for files and one for evidence.

Every machine with a worker writes its mark into both folders and notes the time in the database. Whoever
then sees the note and not the mark looks into another folder.
"""

import datetime as dt
import hashlib
import secrets
import socket
import time
from pathlib import Path

from django.conf import settings

from privacy.jobs.models import Heartbeat
from privacy.kernel import clock
from privacy.pages.readiness.contract import Answer, green, red

EVERY_SECONDS = 60
RECENT = dt.timedelta(minutes=5)
PREFIX = "machine:"


class _Mark:
    """When this process writes its next mark."""

    next_at = 0.0


def folders() -> list[tuple[str, Path]]:
    """Both doors of storage, by the name of their setting."""
    return [("KEPT_FILES", Path(settings.KEPT_FILES)), ("KEPT_EVIDENCE", Path(settings.KEPT_EVIDENCE))]


def machine() -> str:
    """A short name for this machine that does not tell its host name."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:12]


def leave_mark(now: dt.datetime) -> None:
    """Mark both folders, at most once a minute in each process. Part of every poll."""
    if time.monotonic() < _Mark.next_at:
        return
    for _, folder in folders():
        path = _mark(folder, machine())
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{secrets.token_hex(4)}")
        temporary.write_text(clock.canonical(now), encoding="utf-8")
        temporary.replace(path)
    Heartbeat.objects.update_or_create(name=f"{PREFIX}{machine()}", defaults={"at": now})
    _Mark.next_at = time.monotonic() + EVERY_SECONDS


def check_shared() -> Answer:
    """Every machine that worked lately has its fresh mark in the folders that this one sees."""
    rows = Heartbeat.objects.filter(name__startswith=PREFIX, at__gt=clock.now() - RECENT)
    machines = {row.name.removeprefix(PREFIX): row.at for row in rows}
    for setting, folder in folders():
        for name, at in machines.items():
            if not _is_fresh(_mark(folder, name), at):
                return red(
                    f"The machine {name} works with another {setting} than this one.",
                    f"Mount one shared folder on all machines and set {setting} to it.",
                )
    if not machines:
        return green("No worker has marked the folders lately; with one machine there is nothing to share.")
    count = len(machines)
    return green(f"{count} working machine{'s' if count > 1 else ''} and this one see the same folders.")


def _mark(folder: Path, name: str) -> Path:
    return folder / ".machines" / name


def _is_fresh(path: Path, at: dt.datetime) -> bool:
    try:
        return dt.datetime.fromisoformat(path.read_text(encoding="utf-8")) >= at
    except (OSError, ValueError):
        return False
