"""The 102 promises of the source policy, as data: what the product has to make true."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "data" / "promises.yaml"


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment. `part` is the section of the source policy, `kind` the field it belongs to,
    `users` whom it serves (U end user, A agent, L legal, O operator, P partner system)."""

    number: int
    part: str
    title: str
    kind: str
    users: str
    is_must: bool

    @property
    def code(self) -> str:
        return f"S{self.number}"


@functools.cache
def promises() -> Mapping[int, Promise]:
    """Every promise by its number, in order."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = yaml.load(FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders
    found = {
        int(row["number"]): Promise(
            number=int(row["number"]),
            part=str(row["part"]),
            title=str(row["title"]),
            kind=str(row["kind"]),
            users=str(row["users"]),
            is_must=row["level"] == "must",
        )
        for row in rows
    }
    return dict(sorted(found.items()))
