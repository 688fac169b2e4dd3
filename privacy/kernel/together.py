"""Several querysets, filled by one statement: what a page shows of one thing, asked in one round trip.

A column holds values of one type, whichever queryset they are of, so that every engine unites them; where a queryset
has no use for it there is nothing in it. The rows become models as they always do: through their fields,
`select_related` included.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

PLACE = "asked_place"  # where a row stands in the order of its queryset
Kind = tuple[str, str | None, int]  # the type of a column, its collation, and the how manyth of these it is


class Part(NamedTuple):
    """One queryset, ready to be asked. `columns`: kind → name, in the order in which it reads them."""

    given: "QuerySet[Any, Any]"
    asked: "QuerySet[Any, Any]"
    compiler: Any
    sql: str
    params: Sequence[Any]
    columns: dict[Kind, str]
    types: dict[Kind, str]


def fetch_together(*querysets: "QuerySet[Any, Any]") -> None:
    """Fill these querysets with one statement. Afterwards to go through one, or to count it, asks nothing.

    They are of the default database and not yet evaluated; one with DISTINCT has no order, nor has one of values.
    """
    parts: list[Part] = []
    for queryset in querysets:
        if part := part_of(queryset):
            parts.append(part)
        else:
            _keep(queryset, [])
    if not parts:
        return
    nothing = nothing_in(parts)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(united(parts, nothing), [value for part in parts for value in part.params])
        order = list(nothing)
        places = [[1 + order.index(kind) for kind in part.columns] for part in parts]
        found: list[list[tuple[Any, ...]]] = [[] for _ in parts]
        for row in cursor:
            found[row[0]].append(tuple(row[place] for place in places[row[0]]))
    for part, rows in zip(parts, found, strict=True):
        _fill(part, rows)


def part_of(given: "QuerySet[Any, Any]") -> Part | None:
    """None where nothing can fulfil its conditions."""
    asked = given.all()
    order: Any = given.query.order_by or (given.query.get_meta().ordering if given.query.default_ordering else ())
    if order:
        asked = asked.annotate(**{PLACE: Window(RowNumber(), order_by=list(order))})
        if not given.query.is_sliced:
            asked = asked.order_by()
    compiler = asked.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql(with_col_aliases=True)
    except EmptyResultSet:
        return None
    part = Part(given, asked, compiler, sql, params, {}, {})
    for expression, _, alias in compiler.select:
        field = expression.output_field
        name = field.db_type(compiler.connection)
        about = name.partition("(")[0], getattr(field, "db_collation", None)
        kind = (*about, sum(each[:2] == about for each in part.columns))
        part.columns[kind], part.types[kind] = alias, name
    return part


def nothing_in(parts: Sequence[Part]) -> dict[Kind, str]:
    """The columns of all of them, and what stands there for those that have no use for it."""
    is_typed = connections[DEFAULT_DB_ALIAS].vendor == "postgresql"
    types = {kind: name for part in parts for kind, name in part.types.items()}
    return {kind: f"CAST(NULL AS {name})" if is_typed else "NULL" for kind, name in types.items()}


def united(parts: Sequence[Part], nothing: dict[Kind, str]) -> str:
    """The statement: the number of a queryset, then the columns."""
    return " UNION ALL ".join(_arm(number, part, nothing) for number, part in enumerate(parts))


def _arm(number: int, part: Part, nothing: dict[Kind, str]) -> str:
    """The SELECT of one queryset, with nothing in the columns that only others use."""
    quote = part.compiler.connection.ops.quote_name
    cells = [f"t.{quote(part.columns[kind])}" if kind in part.columns else none for kind, none in nothing.items()]
    return f"SELECT {number}, {', '.join(cells)} FROM ({part.sql}) t"  # noqa: S608 - put together by Django


def _fill(part: Part, rows: list[tuple[Any, ...]]) -> None:
    """Let the queryset read these rows as if it had just asked for them."""
    names = list(part.columns.values())
    if PLACE in names:
        place = names.index(PLACE)
        rows = sorted(rows, key=lambda row: row[place])
    part.compiler.execute_sql = lambda *args, **kwargs: [rows]
    part.asked.query.get_compiler = lambda *args, **kwargs: part.compiler  # type: ignore[method-assign]  # this once
    _keep(part.given, list(part.asked))


def _keep(queryset: Any, found: list[Any]) -> None:
    """What evaluating it would leave."""
    queryset._result_cache, queryset._prefetch_done = found, True  # noqa: SLF001 - there is no public way to fill one
