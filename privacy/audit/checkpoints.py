"""Signed checkpoints: the newest seal, written outside the database.

Seals in the same database prove nothing against its owner. A line here pins the chain: a cut tail
and a rewritten chain show, because the seal it names is gone or has another hash.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from privacy.audit.models import Seal
from privacy.audit.restores import is_accepted
from privacy.audit.signed_line import SignedLine
from privacy.kernel import clock
from privacy.kernel.keyring import keyring
from privacy.kernel.line_file import append_line, read_lines

EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Checkpoint(SignedLine):
    """What one line says: the seal `number` had `hash`, after `total` events, at `at`."""

    number: int
    hash: str
    total: int
    at: str
    key: str
    signature: str = ""


class BrokenCheckpoint(Exception):
    """A line of a checkpoint file cannot be read; the text names file and line."""


def folder() -> Path:
    """Where checkpoints are kept."""
    return Path(settings.KEPT_EVIDENCE) / "checkpoints"


def write_checkpoint(*, now: dt.datetime) -> Checkpoint | None:
    """Append the newest seal, at most once a minute; None where nothing is new.

    The line is on the disk when this returns. OSError (a full disk) is the caller's to show: the next
    call tries again, and nothing was promised meanwhile.
    """
    seal = Seal.newest()
    last = newest_checkpoint()
    if seal is None or (last and (last.number >= seal.number or _is_recent(last, now))):
        return None
    if last and not _continues(last):
        return None  # a restored database: a checkpoint of it would hide that (standing.py)
    point = Checkpoint(seal.number, seal.hash, seal.total, clock.canonical(now), keyring().primary).signed()
    append_line(folder() / f"{now.date().isoformat()}.jsonl", json.dumps(asdict(point)))
    return point


def read_checkpoints() -> Iterator[Checkpoint]:
    """Every line of every file, oldest first; BrokenCheckpoint where one cannot be read.

    A last line that was cut off while it was written is none."""
    for path in sorted(folder().glob("*.jsonl")):
        yield from _read_file(path)


def newest_checkpoint() -> Checkpoint | None:
    """The line with the highest seal number of the newest file; None where there is no file."""
    paths = sorted(folder().glob("*.jsonl"))
    return max(_read_file(paths[-1]), key=lambda point: point.number, default=None) if paths else None


def _read_file(path: Path) -> Iterator[Checkpoint]:
    for number, line in enumerate(read_lines(path), start=1):
        try:
            yield Checkpoint(**json.loads(line))
        except (ValueError, TypeError):
            raise BrokenCheckpoint(f"{path.name}, line {number} is not a checkpoint.") from None


def _continues(last: Checkpoint) -> bool:
    """Whether this database goes on from the last checkpoint, or somebody knows that it does not."""
    here = Seal.objects.filter(number=last.number, hash=last.hash).exists()
    return here or is_accepted(number=last.number, seal_hash=last.hash)


def _is_recent(point: Checkpoint, now: dt.datetime) -> bool:
    return now - dt.datetime.fromisoformat(point.at) < EVERY
