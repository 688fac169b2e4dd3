"""The person's rows of an outside database, as plain JSON values and without other people."""

import base64
import datetime as dt
import functools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from privacy.connectors.database import PAGE, Row, read_page
from privacy.connectors.searching import Finding, Search
from privacy.connectors.systems import MappedSystem
from privacy.kernel import clock
from privacy.personal_data.contract import Person, Record

SECRET = ("user.authorization", "user.account.credentials", "user.credentials")


def export_rows(system: MappedSystem, person: Person) -> Iterator[Record]:
    """Every row about the person, owners before what they own. Rows are read page by page, each page over a connection
    of its own, so that memory grows only with the keys of rows on which others hang."""
    with system.database.connect() as connection:
        finding = Search(system, connection).run(person, without=system.leaves)
    for name in reversed(system.order):
        collection = system.collection(name)
        fields = [collection.fields[column] for column in system.live[name].columns if column in collection.fields]
        shown = [each.name for each in fields if not _is_secret(each.categories)]
        names = {each.name: f"field_{n}" if each.hides_name else each.name for n, each in enumerate(fields, 1)}
        label = f"collection_{system.order.index(name) + 1}" if collection.hides_name else name
        pages = _leaf_pages if name in system.leaves else _known_pages
        for page in pages(system, finding, name, shown):
            for row in page:
                hidden = _names_others(system, finding, name, row)
                values = {names[column]: plain(row[column]) for column in shown if column not in hidden}
                yield Record(label, collection.category, values)


def _known_pages(system: MappedSystem, finding: Finding, name: str, shown: list[str]) -> Iterator[list[Row]]:
    """The rows that were found, by their keys."""
    known = sorted(finding.of(name))
    for start in range(0, len(known), PAGE):
        with system.database.connect() as connection:
            search = Search(system, connection, functools.partial(_just, shown))
            pages = list(search.by_keys(name, known[start : start + PAGE]))
        yield from pages


def _leaf_pages(system: MappedSystem, finding: Finding, name: str, shown: list[str]) -> Iterator[list[Row]]:
    """The rows of a leaf by those of their owners: not even their keys are held."""
    edge, keys = system.leaves[name], system.keys[name]
    with system.database.connect() as connection:
        search = Search(system, connection, functools.partial(_just, shown))
    for condition in search.conditions(edge, finding.of(edge.source).values()):
        after: Any = None
        while True:
            with system.database.connect() as connection:
                page = read_page(connection, search.table(name), keys, condition, after)
            if page:
                yield page
            if len(page) < PAGE:
                break
            after = [page[-1][key] for key in keys]


def _is_secret(categories: tuple[str, ...]) -> bool:
    return any(each == secret or each.startswith(f"{secret}.") for each in categories for secret in SECRET)


def _names_others(system: MappedSystem, finding: Finding, name: str, row: Mapping[str, Any]) -> set[str]:
    """The columns that point at somebody who is not this person."""
    hidden: set[str] = set()
    for edge in system.graph.people_columns(name):
        value = tuple(row[column] for column in edge.source_columns)
        mine = {tuple(each[column] for column in edge.target_columns) for each in finding.of(edge.target).values()}
        if value not in mine:
            hidden |= set(edge.source_columns) - set(system.keys[name])
    return hidden


def _just(columns: list[str], _: str) -> list[str]:
    return columns


def plain(value: Any) -> Any:
    """A JSON value for whatever a driver gives."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return clock.canonical(value) if value.tzinfo else value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(each) for each in value]
    return str(value)
