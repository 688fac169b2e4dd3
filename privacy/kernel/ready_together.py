"""Several ready querysets, asked by one statement that is put together once: `Ready` and `fetch_together` in one.

What varies is given to all of them; each uses what it needs.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

from privacy.kernel.planned import fetch_planned
from privacy.kernel.ready import LONGEST_KEPT, Slot, Widths, builder_of, filled, widths_of
from privacy.kernel.together import PLACE, fetch_together, nothing_in, part_of, united


class ReadyTogether:
    """Querysets by their arguments, as `Ready` takes them. One with DISTINCT has no order, nor has one of values."""

    def __init__(self, *makes: "Callable[..., QuerySet[Any, Any]]") -> None:
        self._makes = makes
        self._known: dict[Widths, _United] = {}

    def all(self, *values: Any) -> list[list[Any]]:
        """The rows of each. ValueError for a value that is None."""
        widths = widths_of(values)
        if 0 in widths:  # what asks for one of none is no question at all: which of them do, Django knows
            querysets = [make(*values) for make in self._makes]
            fetch_together(*querysets)
            return [list(queryset) for queryset in querysets]
        united = self._known.get(widths)
        if united is None:
            slots = [Slot(place, width) for place, width in enumerate(widths)]
            united = _put_together([make(*slots) for make in self._makes])
            if sum(width or 0 for width in widths) <= LONGEST_KEPT:
                self._known[widths] = united
        return united.ask(values)


class _Each(NamedTuple):
    """Where the columns of one queryset stand in a row of the statement, and what becomes of them."""

    number: int  # which of those asked for
    places: list[int]
    order: int | None  # by which of its columns
    compiler: Any
    converters: dict[int, Any]
    build: Callable[[Any], Any]

    def read(self, rows: list[Any]) -> list[Any]:
        mine: Any = [tuple([row[place] for place in self.places]) for row in rows]
        if self.order is not None:
            mine.sort(key=itemgetter(self.order))
        if self.converters:
            mine = self.compiler.apply_converters(mine, self.converters)
        return [self.build(row) for row in mine]


class _United(NamedTuple):
    """The SQL of all, what stands at its marks, and what becomes of the rows."""

    sql: str
    marks: tuple[Any, ...]
    each: list[_Each]
    asked: int

    def ask(self, values: Sequence[Any]) -> list[list[Any]]:
        found: list[list[Any]] = [[] for _ in range(self.asked)]
        if not self.each:
            return found
        here = connections[DEFAULT_DB_ALIAS]
        rows = fetch_planned(self.sql, [filled(mark, values, here) for mark in self.marks])
        for part, one in enumerate(self.each):
            if some := [row for row in rows if row[0] == part]:
                found[one.number] = one.read(some)
        return found


def _put_together(querysets: "Sequence[QuerySet[Any, Any]]") -> _United:
    numbered = [(number, part) for number, each in enumerate(querysets) if (part := part_of(each)) is not None]
    parts = [part for _, part in numbered]
    nothing = nothing_in(parts)
    order = list(nothing)
    each = []
    for number, part in numbered:
        names, compiler = list(part.columns.values()), part.compiler
        each.append(
            _Each(
                number,
                [1 + order.index(kind) for kind in part.columns],
                names.index(PLACE) if PLACE in names else None,
                compiler,
                compiler.get_converters([expression for expression, _, _ in compiler.select]),
                builder_of(part.asked, compiler, beside={PLACE}),
            )
        )
    marks = tuple(value for part in parts for value in part.params)
    return _United(united(parts, nothing), marks, each, len(querysets))
