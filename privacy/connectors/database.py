"""One connection at a time to an outside SQL database, with time limits and errors that say nothing.

Statements are built with SQLAlchemy Core over plain columns, so that values pass as the driver gives
them. Whatever the database complains of becomes HandlerUnavailable with the class of the error: the
text of a database error may hold a row.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.elements import quoted_name

from privacy.connectors.dialects import require_dialect
from privacy.connectors.live_schema import ForeignKey, LiveTable, describe, foreign_keys
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.contract import HandlerUnavailable

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 30
LOCK_SECONDS = 5
PAGE = 500
DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
# PostgreSQL's codes, MySQL's numbers, and SQLite's, which are below 100.
SAYS: dict[frozenset[object], str] = {
    frozenset({"55P03", "40P01", 1205, 1213, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}): "rows there are locked",
    frozenset({"57014", 1969, 3024, sqlite3.SQLITE_INTERRUPT}): "a statement took too long there",
    frozenset({"25006", 1290, 1792, 1836, sqlite3.SQLITE_READONLY}): "the database is read-only",
    frozenset({"42501", 1142, 1143}): "the database user may not do that there",
    frozenset({"28P01", "28000", 1044, 1045}): "the database refuses the user or the password",
    frozenset({"23503", 1451, 1452}): "a foreign key there forbids it",
    frozenset({"23505", "23502", "23514", 1062, 1048, 4025, sqlite3.SQLITE_CONSTRAINT}): "a rule of a table forbids it",
    frozenset({2002, 2003, 2006, 2013, sqlite3.SQLITE_CANTOPEN}): "the database cannot be reached",
}
Row = dict[str, Any]
# What a description is made of: columns with their types and rules, keys, unique indexes, foreign keys, enums.
FINGERPRINTS = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",
    "postgresql": """
        WITH here AS (SELECT oid FROM pg_namespace WHERE nspname = ANY (current_schemas(false)))
        SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
            SELECT concat_ws('|', c.oid, c.relname, c.relkind, a.attnum, a.attname, a.atttypid,
                             format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace IN (SELECT oid FROM here) AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL SELECT concat_ws('|', conrelid, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE connamespace IN (SELECT oid FROM here)
            UNION ALL SELECT concat_ws('|', i.indrelid, i.indisunique, i.indisvalid, pg_get_indexdef(i.indexrelid))
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace IN (SELECT oid FROM here)
            UNION ALL SELECT concat_ws('|', enumtypid, enumsortorder, enumlabel) FROM pg_enum
            UNION ALL SELECT concat_ws('|', oid, typname, typbasetype, typtypmod, typnotnull) FROM pg_type
            WHERE typtype = 'd'
        ) lines (line)""",
}


def clean_url(text: str, base: Path | None = None) -> str:
    """The URL with its driver named and a SQLite file made absolute (relative to `base`).

    Raises InvalidInput(field="url") without repeating the URL, which may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError with a piece of the url
        raise InvalidInput("The url is not one: write postgresql://USER:PASSWORD@HOST/DATABASE.", field="url") from None
    family = url.drivername.split("+")[0]
    if family not in DRIVERS:
        require_dialect(url)
        return url.render_as_string(hide_password=False)
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

    @property
    def dialect(self) -> str:
        return self._url.get_backend_name()

    def is_writable_file(self) -> bool:
        """Of a SQLite file: whether this process may write it, and the journal beside it."""
        path = Path(str(self._url.database))
        return not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection in one transaction: committed at the end, rolled back by an exception."""
        try:
            with _engine(self._url).begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise HandlerUnavailable(_says(error)) from None

    # --- what is there ---------------------------------------------------------------------------
    def table_names(self) -> list[str]:
        """Every table and view."""
        with self.connect() as connection:
            inspector = sa.inspect(connection)
            return [*inspector.get_table_names(), *inspector.get_view_names()]

    def fingerprint(self, connection: Connection | None = None) -> str:
        """One text for the whole schema, by one question: the same as long as nothing of it changed. Empty where
        the database cannot say so. `connection`: one to this database that is open already."""
        if self.dialect not in FINGERPRINTS:
            return ""
        if connection is None:
            with self.connect() as own:
                return self.fingerprint(own)
        lines = connection.exec_driver_sql(FINGERPRINTS[self.dialect]).all()
        return hashlib.sha256(repr(lines).encode()).hexdigest()

    def describe(self, names: Sequence[str]) -> dict[str, LiveTable]:
        """The named tables, as far as they exist."""
        with self.connect() as connection:
            return describe(sa.inspect(connection), names)

    def foreign_keys(self) -> list[ForeignKey]:
        """Every foreign key of the schema, also of tables that no map names."""
        with self.connect() as connection:
            return foreign_keys(sa.inspect(connection))


def table_of(name: str, columns: Sequence[str]) -> Any:
    """A table for statements: names are quoted as written, values pass unconverted."""
    return _table(name, tuple(columns))


@lru_cache(maxsize=4096)
def _table(name: str, columns: tuple[str, ...]) -> Any:
    return sa.table(quoted_name(name, quote=True), *(sa.column(quoted_name(each, quote=True)) for each in columns))


def read_pages(connection: Connection, table: Any, keys: Sequence[str], where: Any) -> Iterator[list[Row]]:
    """The rows that match, page by page in key order, each page from the last key of the one before."""
    after: Any = None
    while page := read_page(connection, table, keys, where, after):
        yield page
        if len(page) < PAGE:
            return
        after = [page[-1][key] for key in keys]


def read_page(connection: Connection, table: Any, keys: Sequence[str], where: Any, after: Any) -> list[Row]:
    """One page of them: those behind the key `after`, or the first ones where that is None."""
    ordered = [table.c[key] for key in keys]
    statement = sa.select(table).where(where).order_by(*ordered).limit(PAGE)
    if after is not None:
        statement = statement.where(beyond(ordered, after))
    return [dict(row) for row in connection.execute(statement).mappings()]


def beyond(columns: Sequence[Any], values: Sequence[Any]) -> Any:
    if len(columns) == 1:
        return columns[0] > values[0]
    return sa.tuple_(*columns) > sa.tuple_(*(sa.literal(value) for value in values))


def among(columns: Sequence[Any], values: Sequence[Sequence[Any]]) -> Any:
    """`columns` is one of `values`; single columns and composite ones alike."""
    if len(columns) == 1:
        return columns[0].in_([value[0] for value in values])
    return sa.or_(*(sa.and_(*(c == v for c, v in zip(columns, value, strict=True))) for value in values))


@lru_cache(maxsize=64)
def _engine(url: sa.URL) -> Engine:
    """One for each URL, for the statements that it has put together. It keeps no connection."""
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            "sqlite+pysqlite://", creator=lambda: _open_sqlite(str(url.database)), poolclass=NullPool
        )
        sa.event.listen(engine, "before_cursor_execute", _limit_sqlite)
        return engine
    if url.get_backend_name() == "postgresql":
        options = (
            f"-c statement_timeout={STATEMENT_SECONDS * 1000} -c lock_timeout={LOCK_SECONDS * 1000} -c timezone=UTC"
        )
        arguments: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "options": options}
    elif url.get_backend_name() not in {"mysql", "mariadb"}:
        arguments = {}  # each driver has words of its own for limits: they stand in the URL
    else:
        arguments = {
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": STATEMENT_SECONDS,
            "write_timeout": STATEMENT_SECONDS,
            "init_command": f"SET time_zone='+00:00', innodb_lock_wait_timeout={LOCK_SECONDS}",
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
        driver.set_progress_handler(lambda: int(time.monotonic() > deadline), 100_000)  # a few milliseconds


def _says(error: Exception) -> str:
    """What a person reads of an error of a database: by its code, for its text may hold a row or a password."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "pgcode", None) or getattr(cause, "sqlite_errorcode", None)
    if code is None and cause is not None and cause.args:
        code = cause.args[0]
    if isinstance(cause, sqlite3.Error) and isinstance(code, int):
        code &= 0xFF  # the rest says more than we tell apart
    known = next((words for codes, words in SAYS.items() if code in codes), "")
    return known or f"the database answered {type(error).__name__}"


def url_from(*, url: str, url_env: str) -> str:
    """The URL of a system. HandlerUnavailable where the variable that should hold it is not set."""
    if not url_env:
        return url
    value = os.environ.get(url_env, "")
    if not value:
        raise HandlerUnavailable(f"the variable {url_env} is not set")
    return clean_url(value)
