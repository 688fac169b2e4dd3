"""The base of all entries of a policy file."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: the line of the file it came from (0 when read back from the database)."""

    line: int = dataclasses.field(default=0, compare=False)
