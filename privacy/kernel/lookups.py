"""Ways of asking that an index answers on every database."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Exists, Expression, F, Lookup, OuterRef, Q, QuerySet
from django.db.models.lookups import In

CODE = re.compile(r"[a-z0-9_]+")
LAST = "\U0010ffff"  # behind every character
FEW, MANY = 1_000, 10_000  # rows that somebody is looked up by


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


def having(*wanted: "QuerySet[Any, Any]") -> Q:
    """Rows whose key is among these, each a queryset of one column of keys: for a list that shows a page of them and
    counts to a thousand.

    Few are looked up one by one. Among many, a page is soon found on the way through the order of the list, and a
    number by a few more steps. Between the two each question goes its own way. None reads more than some thousand
    entries of an index that has all that is wanted; how many there are is seen there, too.
    """
    first, *more = (rows.order_by() for rows in wanted)
    number = (first.union(*more, all=True) if more else first)[: MANY + 1].count()
    if number > MANY:
        return on_the_way(first, *more)
    by_keys = _ByKeys(F("pk"), (first.union(*more) if more else first).query)
    return Q(by_keys if number <= FEW else _ByOrder(on_the_way(first, *more), by_keys))


def on_the_way(*wanted: "QuerySet[Any, Any]") -> Q:
    """The same, for a list that something else makes short: each of its rows is looked up among them."""
    found = Q()
    for rows in wanted:
        [key] = rows.query.values_select
        found |= Q(Exists(rows.order_by().filter(**{key: OuterRef("pk")})))
    return found


class _ByKeys(In):
    """Begins with the keys: PostgreSQL reckons with ten of an array, and would read the table for more."""

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= ANY(ARRAY{rhs})" if connection.vendor == "postgresql" else str(super().get_rhs_op(connection, rhs))


class _ByOrder(Expression):
    """The first condition in a question that has an order, the second in one that has none."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, ordered: Any, unordered: Any) -> None:
        super().__init__()
        self.ways = [ordered, unordered]

    def get_source_expressions(self) -> list[Any]:
        return self.ways

    def set_source_expressions(self, exprs: Any) -> None:
        self.ways = list(exprs)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        ordered, unordered = self.ways
        return compiler.compile(ordered if compiler.query.order_by else unordered)


class _Among(Lookup):
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, values = self.process_lhs(compiler, connection)
        codes = ", ".join(f"'{code}'" for code in self.rhs)
        return f"{column} IN ({codes})", tuple(values)
