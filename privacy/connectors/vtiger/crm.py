"""The CRM's records over either door: modules by `describe`, queries page by page, and acts that may be repeated."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from privacy.connectors.vtiger.doors import CrmRefused, Door
from privacy.personal_data.contract import HandlerUnavailable

PAGE = 100  # what a query gives at most, whatever LIMIT it names
IDS_A_QUERY = 40
MOST_ROWS = 20_000  # of one person in one module: more is a query that went wrong
GONE = frozenset({"ACCESS_DENIED", "RECORD_NOT_FOUND"})  # a deleted record answers as a forbidden one does
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """`refers` are the modules that a reference may point at; `is_email` as the CRM's own type says."""

    name: str
    is_mandatory: bool
    is_editable: bool
    refers: tuple[str, ...]
    is_email: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A module as this installation describes it; its record ids begin with `prefix`."""

    name: str
    prefix: str
    fields: Mapping[str, Field]


class Crm:
    """One conversation with the CRM, used by one thread."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._described: dict[str, Module] = {}

    @cached_property
    def modules(self) -> frozenset[str]:
        """The modules that the API's user may see."""
        result = self._door.call("listtypes", fieldTypeList="null")
        if not isinstance(result, dict) or not isinstance(result.get("types"), list):
            raise HandlerUnavailable("its list of modules cannot be read")
        return frozenset(str(name) for name in result["types"])

    def module(self, name: str) -> Module:
        """A module with its fields; the numbers before the ids differ from one installation to the next."""
        if name not in self._described:
            try:
                self._described[name] = _module(name, self._door.call("describe", elementType=name))
            except (KeyError, TypeError):
                raise HandlerUnavailable(f"its description of {name} cannot be read") from None
            except CrmRefused:
                raise HandlerUnavailable(f"its user may not see {name}") from None
        return self._described[name]

    def query(self, module: str, where: str) -> Iterator[Row]:
        """Every row, page by page until a short one: without LIMIT, and with any, a query ends at 100 in silence."""
        offset = 0
        while offset < MOST_ROWS:
            page = self._query(f"SELECT * FROM {module} WHERE {where} ORDER BY id LIMIT {offset},{PAGE};")  # noqa: S608 - its own language; values pass quote()
            yield from page
            if len(page) < PAGE:
                return
            offset += PAGE
        raise HandlerUnavailable(f"more rows of {module} than one person can have")

    def by_reference(self, module: str, field: str, ids: Sequence[str]) -> Iterator[Row]:
        """The rows whose reference points at one of these records."""
        for start in range(0, len(ids), IDS_A_QUERY):
            wanted = set(ids[start : start + IDS_A_QUERY])
            names = ", ".join(quote(each) for each in sorted(wanted))
            yield from (row for row in self.query(module, f"{field} IN ({names})") if row.get(field) in wanted)

    def count(self, module: str) -> int:
        """How many rows the CRM counts."""
        page = self._query(f"SELECT count(*) FROM {module};")  # noqa: S608 - a module's name
        try:
            return int(page[0]["count"])
        except (IndexError, KeyError, ValueError):
            raise HandlerUnavailable(f"its count of {module} cannot be read") from None

    def first_rows(self, module: str) -> int:
        """How many rows of the first page the API's user is shown."""
        return len(self._query(f"SELECT * FROM {module} ORDER BY id LIMIT 0,{PAGE};"))  # noqa: S608 - a module's name

    def get(self, record: str) -> Row | None:
        """A record, or None where it is gone (or was never shown to this user, which answers alike)."""
        try:
            return _row(self._door.call("retrieve", id=record))
        except CrmRefused as refused:
            if refused.code in GONE:
                return None
            raise HandlerUnavailable(f"it refuses to show a record ({refused.code})") from None

    def related(self, record: str, module: str) -> list[Row] | None:
        """The records of a relation, such as documents; None where this version has no such operation."""
        try:
            result = self._door.call("retrieve_related", id=record, relatedType=module, relatedLabel=module)
        except CrmRefused:
            return None
        return [_row(each) for each in result] if isinstance(result, list) else None

    def revise(self, record: str, values: Mapping[str, str]) -> bool:
        """Change these fields only; False where the record is gone."""
        return self._act("revise", element=json.dumps({"id": record, **values}))

    def delete(self, record: str) -> bool:
        """Into the recycle bin; False where the record is gone."""
        return self._act("delete", id=record)

    def _act(self, operation: str, **params: str) -> bool:
        try:
            self._door.call(operation, **params)
        except CrmRefused as refused:
            if refused.code in GONE:
                return False
            raise HandlerUnavailable(f"it refuses to {operation} a record ({refused.code})") from None
        return True

    def _query(self, query: str) -> list[Row]:
        try:
            result = self._door.call("query", query=query)
        except CrmRefused as refused:
            raise HandlerUnavailable(f"it refuses a query ({refused.code})") from None
        if not isinstance(result, list):  # a query that it did not understand "succeeds" with something else
            raise HandlerUnavailable("it did not understand a query")
        return [_row(each) for each in result]


def quote(value: str) -> str:
    """A value in the CRM's query language. A backslash would reach the database behind it, so it is refused."""
    if "\\" in value or any(char < " " for char in value):
        raise HandlerUnavailable("an identifier holds a sign that this CRM cannot be asked for")
    return "'" + value.replace("'", "''") + "'"


def _row(value: Any) -> Row:
    if not isinstance(value, dict):
        raise HandlerUnavailable("a record cannot be read")
    return {str(name): "" if each is None else str(each) for name, each in value.items()}


def _module(name: str, described: Any) -> Module:
    fields = {}
    for each in described["fields"]:
        kind = each.get("type") or {}
        refers = kind.get("refersTo") or ()
        fields[str(each["name"])] = Field(
            name=str(each["name"]),
            is_mandatory=bool(each.get("mandatory")),
            is_editable=bool(each.get("editable", True)),
            refers=tuple(str(one) for one in refers) if kind.get("name") in {"reference", "owner"} or refers else (),
            is_email=kind.get("name") == "email",
        )
    return Module(name, str(described["idPrefix"]), fields)
