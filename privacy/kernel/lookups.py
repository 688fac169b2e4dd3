"""Two ways of asking that an index answers on every database."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import F, Lookup, Q

CODE = re.compile(r"[a-z0-9_]+")
LAST = "\U0010ffff"  # behind every character


def among(field: str, codes: Iterable[str]) -> Q:
    """One of some codes, which stand in the statement itself.

    SQLite takes a partial index only where the statement has the words of the index, in their order; values that come
    beside the statement are none. The codes are ours, never given by anybody: ValueError for what is no code.
    """
    found = sorted(str(code) for code in codes)
    if not found or not all(CODE.fullmatch(code) for code in found):
        raise ValueError("Only codes stand in a statement.")
    return Q(_Among(F(field), found))


def begins(field: str, words: str) -> Q:
    """Texts that begin so, capitals told from small letters. SQLite asks its index for a range: its LIKE knows no
    capitals, so no index helps it. The order of PostgreSQL may pass over signs, but it has an index for beginnings."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": words, f"{field}__lt": words + LAST})
    return Q(**{f"{field}__startswith": words})


class _Among(Lookup):
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, values = self.process_lhs(compiler, connection)
        codes = ", ".join(f"'{code}'" for code in self.rhs)
        return f"{column} IN ({codes})", tuple(values)
