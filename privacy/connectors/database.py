"""One connection at a time to an outside SQL database, with time limits and errors that say nothing.

Statements are built with SQLAlchemy Core over plain columns, so that values pass as the driver gives
them. Whatever the database complains of becomes HandlerUnavailable with the class of the error: the
text of a database error may hold a row.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.elements import quoted_name

from privacy.kernel.errors import InvalidInput
from privacy.personal_data.contract import HandlerUnavailable

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 30
PAGE = 500
DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
Row = dict[str, Any]


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
    """A table as the database describes it. `unique` are the column sets that must be unique."""

    columns: Mapping[str, LiveColumn]
    keys: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`table` points at `target`; `on_delete` is what the database does to it (upper case)."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str


def clean_url(text: str, base: Path | None = None) -> str:
    """The URL with its driver named and a SQLite file made absolute (relative to `base`).

    Raises InvalidInput(field="url") without repeating the URL, which may hold a password.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise InvalidInput("The url is not one: write postgresql://USER:PASSWORD@HOST/DATABASE.", field="url") from None
    family = url.drivername.split("+")[0]
    if family not in DRIVERS:
        raise InvalidInput("The url must begin with sqlite:, postgresql:, mysql: or mariadb:.", field="url")
    url = url.set(drivername=DRIVERS[family])
    if family == "sqlite":
        if not url.database or url.database == ":memory:":
            raise InvalidInput("The url of a SQLite file is sqlite:////path/to/file.sqlite.", field="url")
        url = url.set(database=str(((base or Path.cwd()) / url.database).resolve()))
    return url.render_as_string(hide_password=False)


class Database:
    """An outside database by its URL. Nothing is opened before it is asked."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._engine: Engine | None = None

    @property
    def dialect(self) -> str:
        return self._url.get_backend_name()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection in one transaction: committed at the end, rolled back by an exception."""
        try:
            with self._open().begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise HandlerUnavailable(f"the database answered {type(error).__name__}") from None

    def _open(self) -> Engine:
        if self._engine is None:
            self._engine = _engine(self._url)
        return self._engine

    # --- what is there ---------------------------------------------------------------------------
    def table_names(self) -> list[str]:
        """Every table and view."""
        with self.connect() as connection:
            inspector = sa.inspect(connection)
            return [*inspector.get_table_names(), *inspector.get_view_names()]

    def describe(self, names: Sequence[str]) -> dict[str, LiveTable]:
        """The named tables, as far as they exist."""
        with self.connect() as connection:
            inspector = sa.inspect(connection)
            present = {*inspector.get_table_names(), *inspector.get_view_names()}
            return {name: _live_table(inspector, name) for name in names if name in present}

    def foreign_keys(self) -> list[ForeignKey]:
        """Every foreign key of the schema, also of tables that no map names."""
        with self.connect() as connection:
            inspector = sa.inspect(connection)
            return [
                ForeignKey(
                    table,
                    tuple(each["constrained_columns"]),
                    each["referred_table"],
                    tuple(each["referred_columns"] or ()),
                    str((each.get("options") or {}).get("ondelete") or "").upper(),
                )
                for table in inspector.get_table_names()
                for each in inspector.get_foreign_keys(table)
            ]


def table_of(name: str, columns: Sequence[str]) -> Any:
    """A table for statements: names are quoted as written, values pass unconverted."""
    return sa.table(quoted_name(name, quote=True), *(sa.column(quoted_name(each, quote=True)) for each in columns))


def read_pages(connection: Connection, table: Any, keys: Sequence[str], where: Any) -> Iterator[list[Row]]:
    """The rows that match, page by page in key order, each page from the last key of the one before."""
    ordered = [table.c[key] for key in keys]
    after: Any = None
    while True:
        statement = sa.select(table).where(where).order_by(*ordered).limit(PAGE)
        if after is not None:
            statement = statement.where(_beyond(ordered, after))
        page = [dict(row) for row in connection.execute(statement).mappings()]
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = [page[-1][key] for key in keys]


def _beyond(columns: Sequence[Any], values: Sequence[Any]) -> Any:
    if len(columns) == 1:
        return columns[0] > values[0]
    return sa.tuple_(*columns) > sa.tuple_(*(sa.literal(value) for value in values))


def among(columns: Sequence[Any], values: Sequence[Sequence[Any]]) -> Any:
    """`columns` is one of `values`; single columns and composite ones alike."""
    if len(columns) == 1:
        return columns[0].in_([value[0] for value in values])
    return sa.or_(*(sa.and_(*(c == v for c, v in zip(columns, value, strict=True))) for value in values))


def _live_table(inspector: Any, name: str) -> LiveTable:
    columns = {each["name"]: _live_column(each) for each in inspector.get_columns(name)}
    keys = tuple((inspector.get_pk_constraint(name) or {}).get("constrained_columns") or ())
    unique = [tuple(each["column_names"]) for each in inspector.get_unique_constraints(name)]
    # SQLite makes an index of its own for a UNIQUE that stands in the table; it is hidden by default.
    hidden = {"include_auto_indexes": True} if inspector.dialect.name == "sqlite" else {}
    for index in inspector.get_indexes(name, **hidden):
        if index.get("unique"):
            parts = [*index["column_names"], *(index.get("expressions") or [])]
            text = " ".join(str(part) for part in parts if part)
            unique.append(tuple(each for each in columns if each in parts or _names(text, each)))
    return LiveTable(columns, keys, (*([keys] if keys else []), *unique))


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


def _engine(url: sa.URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            "sqlite+pysqlite://", creator=lambda: _open_sqlite(str(url.database)), poolclass=NullPool
        )
        sa.event.listen(engine, "before_cursor_execute", _limit_sqlite)
        return engine
    if url.get_backend_name() == "postgresql":
        options = f"-c statement_timeout={STATEMENT_SECONDS * 1000} -c lock_timeout=5000 -c timezone=UTC"
        arguments: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "options": options}
    else:
        arguments = {
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": STATEMENT_SECONDS,
            "write_timeout": STATEMENT_SECONDS,
            "init_command": "SET time_zone='+00:00', innodb_lock_wait_timeout=5",
        }
    return sa.create_engine(url, connect_args=arguments, poolclass=NullPool, hide_parameters=True)


def _open_sqlite(path: str) -> sqlite3.Connection:
    """An existing file only: opening a path that is gone must not make an empty database there."""
    connection = sqlite3.connect(
        f"file:{quote(path)}?mode=rw", uri=True, timeout=CONNECT_SECONDS, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _limit_sqlite(connection: Connection, *_: Any) -> None:
    deadline = time.monotonic() + STATEMENT_SECONDS
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.set_progress_handler(lambda: int(time.monotonic() > deadline), 10_000)


def url_from(*, url: str, url_env: str) -> str:
    """The URL of a system. HandlerUnavailable where the variable that should hold it is not set."""
    if not url_env:
        return url
    value = os.environ.get(url_env, "")
    if not value:
        raise HandlerUnavailable(f"the variable {url_env} is not set")
    return clean_url(value)
