"""What a view may hold and how it may be called: nothing that could name a person. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dsr.rules import LETTERS, PREFIX
from privacy.kernel.errors import InvalidInput
from privacy.kernel.texts import one_line

LONGEST_NAME = 40
MOST_VIEWS = 20  # of one person, so that the row above the list stays a row
REFERENCE = re.compile(rf"{re.escape(PREFIX)}[{LETTERS}]{{1,7}}")
NUMBER = re.compile(r"\d(?:[\s./()+-]*\d){5}")  # of a telephone, a customer, an account
NO_PERSON = "It looks like an address or a number. A view names no person: choose words for the list."
ONLY_REFERENCE = (
    f"A view keeps a search only where it is the beginning of a reference with {PREFIX} before it. "
    "An address, a name or other words would be kept about a person. "
    "The search is left out now: save again to keep the view without it."
)


@dataclass(frozen=True, slots=True)
class Query:
    """What a view shows: chosen filters by their parameter, columns to order by (`-` turns one round), and the
    beginning of a reference."""

    filters: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    search: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"filters": dict(sorted(self.filters.items())), "order": list(self.order), "search": self.search}


def query_of(kept: Any) -> Query:
    """A query as a row keeps it; whatever is no query any more is an empty one."""
    if not isinstance(kept, dict):
        return Query()
    filters, order, search = kept.get("filters"), kept.get("order"), kept.get("search")
    return Query(
        filters={str(key): str(value) for key, value in filters.items()} if isinstance(filters, dict) else {},
        order=tuple(str(name) for name in order) if isinstance(order, list) else (),
        search=str(search or ""),
    )


def clean_name(name: str) -> str:
    """The name as it is kept. InvalidInput(name) where it is empty, too long, or could name a person."""
    found = one_line(name)
    if not found:
        raise InvalidInput("Give the view a name.", field="name")
    if len(found) > LONGEST_NAME:
        raise InvalidInput(f"Use at most {LONGEST_NAME} characters.", field="name")
    if "@" in found or NUMBER.search(found):
        raise InvalidInput(NO_PERSON, field="name")
    return found


def clean_search(search: str) -> str:
    """The search as it is kept. InvalidInput(query) for everything but the beginning of a reference."""
    found = search.strip().upper()
    if found and not REFERENCE.fullmatch(found):
        raise InvalidInput(ONLY_REFERENCE, field="query", code="search")
    return found
