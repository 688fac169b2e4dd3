"""What the live schema of an outside database says: columns, keys, unique sets, foreign keys.

Tables are asked about together, so that a schema of hundreds of them takes as many questions as one of four.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine.reflection import ObjectKind


@dataclass(frozen=True, slots=True)
class LiveColumn:
    """A column as the database describes it. `kind` is the Python type of its values, None if it has
    none that a constant could be given for."""

    name: str
    kind: type | None
    is_nullable: bool
    length: int | None
    choices: tuple[str, ...]
    is_computed: bool


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table as the database describes it. `unique` are the column sets that must be unique, `one_null` those of
    them in which even NULL may stand only once."""

    columns: Mapping[str, LiveColumn]
    keys: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    one_null: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`table` points at `target`; `on_delete` and `on_update` are what the database does to it (upper case)."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str
    on_update: str = ""


def describe(inspector: Any, names: Sequence[str]) -> dict[str, LiveTable]:
    """The named tables and views, as far as they exist."""
    present = {*inspector.get_table_names(), *inspector.get_view_names()}
    if not (wanted := [name for name in names if name in present]):
        return {}
    about: dict[str, Any] = {"filter_names": wanted, "kind": ObjectKind.ANY}
    # SQLite makes an index of its own for a UNIQUE that stands in the table; it is hidden by default.
    hidden = {"include_auto_indexes": True} if isinstance(inspector.dialect, SQLiteDialect) else {}
    columns = _by_name(inspector.get_multi_columns(**about))
    keys = _by_name(inspector.get_multi_pk_constraint(**about))
    unique = _by_name(inspector.get_multi_unique_constraints(**about))
    indexes = _by_name(inspector.get_multi_indexes(**about, **hidden))
    return {
        name: _live_table(columns.get(name), keys.get(name), unique.get(name), indexes.get(name)) for name in wanted
    }


def foreign_keys(inspector: Any) -> list[ForeignKey]:
    """Every foreign key of the schema, also of tables that no map names."""
    return [
        ForeignKey(
            table,
            tuple(each["constrained_columns"]),
            each["referred_table"],
            tuple(each["referred_columns"] or ()),
            str((each.get("options") or {}).get("ondelete") or "").upper(),
            str((each.get("options") or {}).get("onupdate") or "").upper(),
        )
        for table, found in sorted(_by_name(inspector.get_multi_foreign_keys()).items())
        for each in found or ()
    ]


def _by_name(found: Mapping[tuple[str | None, str], Any]) -> dict[str, Any]:
    return {name: value for (_, name), value in found.items()}


def _live_table(columns: Any, key: Any, constraints: Any, indexes: Any) -> LiveTable:
    live = {each["name"]: _live_column(each) for each in columns or ()}
    keys = tuple((key or {}).get("constrained_columns") or ())
    unique = [tuple(each["column_names"]) for each in constraints or ()]
    strict = [each for each in (*(constraints or ()), *(indexes or ())) if _counts_null(each)]
    one_null = tuple(tuple(column for column in each["column_names"] if column) for each in strict)
    for index in indexes or ():
        if index.get("unique"):
            parts = [*index["column_names"], *(index.get("expressions") or [])]
            text = " ".join(str(part) for part in parts if part)
            unique.append(tuple(each for each in live if each in parts or _names(text, each)))
    return LiveTable(live, keys, (*([keys] if keys else []), *unique), one_null)


def _counts_null(unique: Mapping[str, Any]) -> bool:
    return bool((unique.get("dialect_options") or {}).get("postgresql_nulls_not_distinct"))


def _names(text: str, column: str) -> bool:
    return column in text.replace("(", " ").replace(")", " ").replace('"', " ").replace("::", " ").split()


def _live_column(data: Mapping[str, Any]) -> LiveColumn:
    kind: type | None
    try:
        kind = data["type"].python_type
    except NotImplementedError:
        kind = None
    choices = tuple(getattr(data["type"], "enums", None) or ())
    length = getattr(data["type"], "length", None)
    computed = bool(data.get("computed") or (data.get("identity") or {}).get("always"))
    return LiveColumn(data["name"], kind, bool(data["nullable"]), length, choices, computed)
