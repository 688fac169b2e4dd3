"""Querysets whose SQL is put together once: for what is asked again and again with other values.

To build, resolve and compile a queryset costs several times what the database takes for the answer. A ready one is
written like any other, as a function of what varies: the first call compiles it, the later ones fill in the values.
The rows become models through their fields, as always, `select_related` included.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Callable, Sequence, Set
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet, Value
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")
LONGEST_KEPT = 20  # values of lists: longer ones are of any length, seldom the same again, and take longer to answer
Widths = tuple[int | None, ...]  # how many values each argument has, None where it is no list


class Ready(Generic[Row]):
    """A queryset by its arguments: ids, texts, numbers, moments, or lists of them for `__in`.

    The arguments are compared with plain columns: one whose field makes something else of a value (sealed, marked)
    wants the made one. Nothing can be compared with None, and models carry no annotations.
    """

    def __init__(self, make: "Callable[..., QuerySet[Any, Row]]") -> None:
        self._make = make
        self._rows: dict[Widths, _Compiled] = {}
        self._one: dict[Widths, _Compiled] = {}
        self._is_any: dict[Widths, _Compiled] = {}

    def all(self, *values: Any) -> list[Row]:
        """Every row. ValueError for a value that is None."""
        return self._ask(self._rows, values, lambda queryset: queryset)

    def first(self, *values: Any) -> Row | None:
        """The first row in the order of the queryset, or the only one; None where there is none."""
        return next(iter(self._ask(self._one, values, lambda queryset: queryset[:1])), None)

    def get(self, *values: Any) -> Row:
        """The only row. Raises ObjectDoesNotExist where there is none."""
        found = self.first(*values)
        if found is None:
            raise ObjectDoesNotExist("There is no such row.")
        return found

    def any(self, *values: Any) -> bool:
        """Whether there is a row."""
        return bool(self._ask(self._is_any, values, _whether))

    def _ask(self, known: "dict[Widths, _Compiled]", values: Sequence[Any], change: Callable[[Any], Any]) -> list[Any]:
        widths = widths_of(values)
        if 0 in widths:
            return []
        compiled = known.get(widths)
        if compiled is None:
            slots = [Slot(place, width) for place, width in enumerate(widths)]
            compiled = _compiled(change(self._make(*slots)))
            if sum(width or 0 for width in widths) <= LONGEST_KEPT:
                known[widths] = compiled
        return compiled.ask(values)


def widths_of(values: Sequence[Any]) -> Widths:
    return tuple(len(value) if isinstance(value, list | tuple) else None for value in values)


class Slot(Value):
    """Where a value will stand; `width`: how many, in parentheses, for a list."""

    def __init__(self, place: int, width: int | None) -> None:
        super().__init__(None)
        self.place, self.width = place, width

    def as_sql(self, *_: Any) -> Any:
        if self.width is None:
            return "%s", [self]
        return f"({', '.join(['%s'] * self.width)})", [_Part(self.place, number) for number in range(self.width)]


class _Part(NamedTuple):
    """One value of a list."""

    place: int
    number: int


class _Compiled(NamedTuple):
    """The SQL of one queryset, what stands at its marks, and what becomes of a row."""

    sql: str
    marks: tuple[Any, ...]
    compiler: Any
    converters: dict[int, Any]
    build: Callable[[Any], Any]
    is_locking: bool

    def ask(self, values: Sequence[Any]) -> list[Any]:
        here = connections[DEFAULT_DB_ALIAS]
        if self.is_locking and not here.in_atomic_block:
            raise TransactionManagementError("Rows are locked in a transaction only.")
        with here.cursor() as cursor:
            cursor.execute(self.sql, [filled(mark, values, here) for mark in self.marks])
            rows = cursor.fetchall()
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        return [self.build(row) for row in rows]


def filled(mark: Any, values: Sequence[Any], here: Any) -> Any:
    if isinstance(mark, Slot):
        return _adapted(values[mark.place], here)
    if isinstance(mark, _Part):
        return _adapted(values[mark.place][mark.number], here)
    return mark


def _adapted(value: Any, here: Any) -> Any:
    """As the database takes it."""
    if value is None:
        raise ValueError("A ready queryset compares with values only: ask for what is NULL with `__isnull`.")
    if isinstance(value, uuid.UUID):
        return value if here.features.has_native_uuid_field else value.hex
    if isinstance(value, dt.datetime):
        return here.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return here.ops.adapt_datefield_value(value)
    return value.value if isinstance(value, enum.Enum) else value


def _whether(queryset: Any) -> Any:
    found = queryset.all()
    found.query = queryset.query.exists()
    found._iterable_class = FlatValuesListIterable  # noqa: SLF001 - what it selects is one value
    return found


def _compiled(queryset: Any) -> _Compiled:
    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([each[0] for each in compiler.select[: compiler.col_count]])
    locks = queryset.query.select_for_update
    return _Compiled(sql, tuple(params), compiler, converters, builder_of(queryset, compiler), is_locking=locks)


def builder_of(queryset: Any, compiler: Any, *, beside: Set[str] = frozenset()) -> Callable[[Any], Any]:
    """What makes of a row what the queryset would, but for the annotations `beside` it."""
    kind = queryset._iterable_class  # noqa: SLF001 - there is no public way to know
    if kind is FlatValuesListIterable:
        return lambda row: row[0]
    if kind is ValuesListIterable:
        return tuple
    if kind is not ModelIterable or set(compiler.annotation_col_map or ()) - beside:
        raise TypeError("A ready queryset gives models without annotations, or values as lists.")
    model, places = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    first, end = places[0], places[-1] + 1
    names = [each[0].target.attname for each in compiler.select[first:end]]
    related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of a later Django

    def build(row: Any) -> Any:
        made = model.from_db(DEFAULT_DB_ALIAS, names, row[first:end])
        for populate in related:
            populate.populate(row, made)
        return made

    return build
