"""Which checkpoints a restore has left behind: signed lines beside the checkpoints, outside the database."""

import base64
import datetime as dt
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from django.conf import settings

from privacy.kernel import clock
from privacy.kernel.canonical import canonical_json
from privacy.kernel.keyring import keyring

FILE = "restores.jsonl"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The checkpoint of seal `number` belongs to a database that is gone; somebody dealt with that."""

    number: int
    hash: str
    at: str
    key: str
    signature: str = ""

    def signed_text(self) -> bytes:
        values = asdict(self)
        del values["signature"]
        return canonical_json(values).encode()

    def is_authentic(self) -> bool:
        """Whether one of this installation's keys signed it."""
        public = keyring().public_keys().get(self.key)
        if public is None:
            return False
        try:
            public.verify(base64.b64decode(self.signature), self.signed_text())
        except (InvalidSignature, ValueError):
            return False
        return True


def note_accepted(*, number: int, seal_hash: str, now: dt.datetime) -> None:
    """Append a line; it is on the disk when this returns."""
    ring = keyring()
    unsigned = Accepted(number, seal_hash, clock.canonical(now), ring.primary)
    signature = base64.b64encode(ring.signing_key().sign(unsigned.signed_text())).decode()
    with os.fdopen(os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640), "w") as file:
        file.write(json.dumps({**asdict(unsigned), "signature": signature}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def is_accepted(*, number: int, seal_hash: str) -> bool:
    """Whether this checkpoint was left behind knowingly. A line that is cut or not ours accepts nothing."""
    if not _path().exists():
        return False
    for line in _path().read_text(encoding="utf-8").splitlines():
        try:
            one = Accepted(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if (one.number, one.hash) == (number, seal_hash) and one.is_authentic():
            return True
    return False


def _path() -> Path:
    return Path(settings.KEPT_EVIDENCE) / FILE
