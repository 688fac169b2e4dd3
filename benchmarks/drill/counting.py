"""The verdict: what was lost, doubled, stuck or unrecorded, counted from what is there after the drill.

Each fault is a sentence with codes and ids. Nothing here asks the workers: the outside system's own log,
the mail server's own log, the database and the files are compared with each other.
"""

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KINDS = ("lost", "doubled", "stuck", "gaps")


@dataclass
class Faults:
    """The faults by kind, and figures that are no faults."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(len(getattr(self, kind)) for kind in KINDS)

    def line(self) -> str:
        return (
            f"{len(self.lost)} lost, {len(self.doubled)} double effects, {len(self.stuck)} stuck, "
            f"{len(self.gaps)} audit gaps"
        )

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({**{kind: getattr(self, kind) for kind in KINDS}, "figures": self.figures}))

    @classmethod
    def load(cls, path: Path) -> "Faults":
        return cls(**json.loads(path.read_text()))


def double_effects(store: Path) -> list[str]:
    """Rows on which the outside system carried out more than one order."""
    counted = "SELECT held_id, count(*) FROM effect GROUP BY held_id HAVING count(*) > 1 ORDER BY held_id"
    return [f"outside: {row[1]} orders for row {row[0]}" for row in _rows(store, counted)]


def outside_figures(store: Path) -> dict[str, int]:
    """Calls by answer."""
    return {f"calls_{answer}": n for answer, n in _rows(store, "SELECT answer, count(*) FROM call GROUP BY answer")}


def left_outside(store: Path, emails: set[str]) -> list[str]:
    """Rows of people who were to be erased and are still there."""
    return [
        f"outside: row {row[0]} is still there"
        for row in _rows(store, "SELECT id, email FROM held")
        if row[1] in emails
    ]


def double_mails(mails: list[dict[str, Any]], repeatable: set[str]) -> list[str]:
    """Mails that the server accepted more than once; a reminder may come again under its Message-ID."""
    counted = Counter(mail["id"] for mail in mails if mail["id"] not in repeatable)
    return [f"mail {number} was accepted {n} times" for number, n in counted.items() if n > 1]


def _rows(store: Path, query: str) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(store)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()
