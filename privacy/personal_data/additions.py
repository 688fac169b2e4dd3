"""What else goes into the package of a case, and what is hidden in its records; a higher floor registers it."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from privacy.personal_data.contract import Attachment


@dataclass(frozen=True, slots=True)
class AddedFile:
    """A file of the package: its path, its bytes part by part, their SHA-256, and facts for the manifest."""

    path: str
    parts: Iterable[bytes]
    sha256: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Additions:
    """`mask` gets each record of the package and gives it back, with what other people say hidden; `replace` each
    attachment, for which it gives what leaves instead, or why nothing does. `facts` stand in the manifest as `review`,
    with `masked_values`, the number of hidden places."""

    files: Callable[[], Iterator[AddedFile]]
    mask: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    replace: Callable[[Attachment], Attachment | str]
    facts: Mapping[str, Any]
    masked_values: int = 0


Find = Callable[[uuid.UUID], Additions | None]
_finders: list[Find] = []


def register_additions(find: Find) -> None:
    """Say what a package of a case gets beside its records; asked when it is built."""
    if find not in _finders:
        _finders.append(find)


def additions_of(case_id: uuid.UUID | None) -> list[Additions]:
    """What was registered for a case; nothing for a package that a person asked for without one."""
    return [found for find in _finders if case_id and (found := find(case_id))]
