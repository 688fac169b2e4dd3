"""Which checkpoints a restore has left behind: signed lines beside the checkpoints, outside the database."""

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from privacy.audit.signed_line import SignedLine
from privacy.kernel import clock
from privacy.kernel.keyring import keyring
from privacy.kernel.line_file import append_line, read_lines

FILE = "restores.jsonl"


@dataclass(frozen=True, slots=True)
class Accepted(SignedLine):
    """The checkpoint of seal `number` belongs to a database that is gone; somebody dealt with that."""

    number: int
    hash: str
    at: str
    key: str
    signature: str = ""


def note_accepted(*, number: int, seal_hash: str, now: dt.datetime) -> None:
    """Append a line; it is on the disk when this returns."""
    line = Accepted(number, seal_hash, clock.canonical(now), keyring().primary).signed()
    append_line(_path(), json.dumps(asdict(line)))


def is_accepted(*, number: int, seal_hash: str) -> bool:
    """Whether this checkpoint was left behind knowingly. A line that is cut or not ours accepts nothing."""
    for line in read_lines(_path()):
        try:
            one = Accepted(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if (one.number, one.hash) == (number, seal_hash) and one.is_authentic():
            return True
    return False


def _path() -> Path:
    return Path(settings.KEPT_EVIDENCE) / FILE
