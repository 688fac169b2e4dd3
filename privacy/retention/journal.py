"""The erasure journal: who was erased, as keyed hashes, outside the database.

A restored backup brings erased people back; `replay_erasures` finds them through this file. It holds
no identifier in clear, and knows a person by hash of subject id and of every identifier.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from privacy.kernel import clock
from privacy.kernel.keyring import keyring
from privacy.kernel.line_file import append_line, read_lines
from privacy.personal_data.contract import Person
from privacy.policy.board import is_on

USE = "erasure-journal"


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure: `marks` are the hashes of the person, `scope` the id of the case."""

    scope: str
    at: str
    marks: tuple[str, ...]


def marks_of(person: Person) -> tuple[str, ...]:
    """The hashes under which a person stands in the journal."""
    ring = keyring()
    texts = [f"subject|{subject}" for subject in person.subject_ids]
    texts += [f"{identity.kind}|{identity.value}" for identity in person.identities]
    return tuple(f"{ring.names_id}:{ring.mac(USE, text)}" for text in texts)


def journal_erasure(person: Person, *, scope: str, now: dt.datetime) -> None:
    """Append an erasure; a scope that stands there already is not written again.

    The line is on the disk when this returns. OSError is the caller's: no journal, no closing.
    """
    if not is_on("retention.journal") or _knows(scope):
        return
    append_line(_path(), json.dumps({"scope": scope, "at": clock.canonical(now), "marks": marks_of(person)}))


def _knows(scope: str) -> bool:
    """Every line is looked at, and only one that may be it is read."""
    return any(entry.scope == scope for entry in _entries(line for line in read_lines(_path()) if scope in line))


def read_journal(*, since: dt.datetime | None = None) -> Iterator[Entry]:
    """Every whole line, oldest first; a line cut off by a crash is passed over."""
    return _entries(read_lines(_path()), since=since)


def _entries(lines: Iterable[str], *, since: dt.datetime | None = None) -> Iterator[Entry]:
    for line in lines:
        try:
            data: dict[str, Any] = json.loads(line)
        except ValueError:
            continue
        if since is None or dt.datetime.fromisoformat(data["at"]) >= since:
            yield Entry(data["scope"], data["at"], tuple(data["marks"]))


def _path() -> Path:
    return Path(settings.KEPT_EVIDENCE) / "erasure-journal.jsonl"
