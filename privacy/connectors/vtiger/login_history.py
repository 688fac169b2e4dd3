"""The login history of a Vtiger CRM, which no interface of it shows: from an export (CSV) or its database.

What its tables mean (found in its code, versions 7 and 8): at a login `logout_time` is set to the login's own time with
the status `Signed in`; only a logout writes the real time with `Signed off`, into the newest row of the same user and
address. So a time counts as an end only where the status says so, and a closed browser leaves a row without an end.
`vtiger_portalinfo` keeps the last times of a portal's customer only.
"""

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from accounts.logins.importing import ForeignLogin
from privacy.connectors.database import Database, read_pages, table_of
from privacy.kernel.errors import InvalidInput

SIGNED_IN = "signed in"
STAFF = ("login_id", "user_name", "user_ip", "logout_time", "login_time", "status")
PORTAL = ("id", "user_name", "last_login_time", "login_time", "logout_time")
TABLES = {"staff": ("vtiger_loginhistory", STAFF), "portal": ("vtiger_portalinfo", PORTAL)}
USERS = ("vtiger_users", ("id", "user_name", "email1"))
LONGEST = 10_000  # characters of one cell
Cells = Mapping[str, object]


@dataclass(slots=True)
class Reading:
    """How rows are read: of which of the two tables, in which time zone; and the keys of rows that could not be."""

    table: str = "staff"
    zone: dt.tzinfo = dt.UTC
    unreadable: list[str] = field(default_factory=list)

    @property
    def columns(self) -> tuple[str, ...]:
        return TABLES[self.table][1]


def zone_of(name: str) -> dt.tzinfo:
    """InvalidInput(time_zone) for a name that is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidInput(
            "Name the time zone of the CRM's database, such as UTC or Asia/Kolkata.", field="time_zone"
        ) from None


def from_csv(path: Path, reading: Reading) -> Iterator[ForeignLogin]:
    """The logins of an export with a line of column names. Raises InvalidInput naming the line."""
    for number, cells in read_csv(path, reading.columns):
        yield from _logins(cells, reading, f"line {number}")


def from_database(database: Database, reading: Reading) -> Iterator[ForeignLogin]:
    """The logins in the CRM's own database, page by page. Raises HandlerUnavailable."""
    name, columns = TABLES[reading.table]
    table = table_of(name, columns)
    with database.connect() as connection:
        for page in read_pages(connection, table, columns[:1], sa.true()):
            for cells in page:
                yield from _logins(cells, reading, f"row {cells[columns[0]]}")


def addresses_of(database: Database) -> Iterator[tuple[str, str]]:
    """The CRM's users: name and address, page by page. Raises HandlerUnavailable."""
    name, columns = USERS
    with database.connect() as connection:
        for page in read_pages(connection, table_of(name, columns), columns[:1], sa.true()):
            for row in page:
                yield str(row["user_name"]), str(row["email1"] or "")


def addresses_from_csv(path: Path) -> Iterator[tuple[str, str]]:
    """The CRM's users from an export with the columns user_name and email1, line by line."""
    for _, row in read_csv(path, USERS[1][1:]):
        yield str(row["user_name"]), str(row["email1"])


def read_csv(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, Cells]]:
    """Each line's cells by name, and its number, one at a time. Raises InvalidInput(file) with the mend."""
    csv.field_size_limit(LONGEST)
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if missing := set(columns) - set(rows.fieldnames or ()):
                raise InvalidInput(f"The first line must name the column {min(missing)}.", field="file")
            for row in rows:
                line = rows.line_num
                yield line, {name: row.get(name) or "" for name in columns}
    except (csv.Error, UnicodeDecodeError):
        raise InvalidInput(f"After line {line} it is no CSV in UTF-8: mend it.", field="file") from None
    except OSError as error:
        raise InvalidInput(f"The file cannot be read ({type(error).__name__}).", field="file") from None


def _logins(cells: Cells, reading: Reading, place: str) -> Iterator[ForeignLogin]:
    """What one row says. One without a key, a name or a time of login says nothing, and is reported by its place."""
    key, name = str(cells[reading.columns[0]]).strip(), str(cells["user_name"]).strip()
    begun = _time(cells["login_time"], reading.zone)
    if not key or not name or begun is None or len(key) > 40:  # noqa: PLR2004 - a number, or no key
        reading.unreadable.append(place)
        return
    ended = _time(cells["logout_time"], reading.zone)
    if reading.table == "staff":
        status = str(cells["status"] or "").strip().lower()
        is_over = bool(status) and status != SIGNED_IN and ended is not None and ended >= begun
        yield ForeignLogin(key, name, str(cells["user_ip"] or ""), begun, ended if is_over else None)
        return
    is_over = ended is not None and ended > begun
    yield ForeignLogin(f"portal:{key}:{begun:%Y%m%d%H%M%S}", name, "", begun, ended if is_over else None)
    before = _time(cells["last_login_time"], reading.zone)
    if before is not None and before < begun:
        yield ForeignLogin(f"portal:{key}:{before:%Y%m%d%H%M%S}", name, "", before, None)


def _time(value: object, zone: dt.tzinfo) -> dt.datetime | None:
    """A time of the CRM; None for the empty ones that MySQL writes as zeros, and for what is no time."""
    try:
        found = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value).strip())
        aware = found if found.tzinfo else found.replace(tzinfo=zone)
        return aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
