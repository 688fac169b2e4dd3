"""What an erasure does to which category, and what stays for how long: the `erase` and `retain` of a
systems file.

    erase:
      user.contact: null            # set to NULL
      user.name: Erased             # overwrite with a constant (or {constant: Erased})
      user.contact.email: pseudonym # overwrite with a value of its own per row (unique columns)
      user.behavior: delete         # the whole row goes
      user.device: keyed_hash       # or hash, or random
    retain:
      - {collection: Invoice, where: Total <= 100, fields: [Total], ground: legal_obligation,
         until: 10 years after InvoiceDate}
"""

import contextlib
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from privacy.connectors.datamaps import Collection, DataMap
from privacy.connectors.masking import EraseRule
from privacy.kernel.errors import InvalidInput

WHERE = re.compile(r"\s*([\w ]+?)\s*(<=|>=|==|=|!=|<|>)\s*(.+?)\s*")
UNTIL = re.compile(r"\s*(\d{1,3})\s+(day|month|year)s?\s+after\s+(.+?)\s*")
GROUND = re.compile(r"[a-z][a-z0-9_]{1,39}")
KINDS = ("delete", "pseudonym", "hash", "keyed_hash", "random")
RETAIN_KEYS = {"collection", "fields", "ground", "until", "where", "note"}


DEFAULT = EraseRule("default")


@dataclass(frozen=True, slots=True)
class Condition:
    """`column operator value`, decided for one row. A row that cannot be compared does not match."""

    column: str
    operator: str
    value: str

    def matches(self, row: Mapping[str, Any]) -> bool:
        found = row[self.column]
        if found is None:
            return False
        left: Any = str(found)
        right: Any = self.value
        with contextlib.suppress(InvalidOperation):
            left, right = Decimal(left), Decimal(right)
        if type(left) is not type(right):
            return False
        answers: dict[str, bool] = {
            "<=": left <= right,
            ">=": left >= right,
            "<": left < right,
            ">": left > right,
            "!=": left != right,
        }
        return answers.get(self.operator, bool(left == right))


@dataclass(frozen=True, slots=True)
class Until:
    """A fixed date, or so many days, months or years after the date in a column of the row."""

    on: dt.date | None = None
    column: str = ""
    count: int = 0
    unit: str = ""

    def of(self, row: Mapping[str, Any]) -> dt.date | None:
        """The date for one row; None where its column holds no date, which keeps nothing."""
        if self.on:
            return self.on
        try:
            start = dt.date.fromisoformat(str(row[self.column])[:10])
            if self.unit == "day":
                return start + dt.timedelta(days=self.count)
            months = start.month - 1 + self.count * (12 if self.unit == "year" else 1)
            year, month = start.year + months // 12, months % 12 + 1
            last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
            return dt.date(year, month, min(start.day, last))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Retain:
    """Rows of a collection stay, with a ground. `fields` are those that stay; empty means all."""

    collection: str
    fields: tuple[str, ...]
    ground: str
    until: Until
    where: Condition | None = None
    note: str = ""

    def until_for(self, row: Mapping[str, Any], today: dt.date) -> dt.date | None:
        """Until when this row stays; None where the entry does not speak of it or the time is over."""
        if self.where and not self.where.matches(row):
            return None
        until = self.until.of(row)
        return until if until and until >= today else None

    @property
    def columns(self) -> set[str]:
        """What must be read to decide."""
        return {each for each in (self.until.column, self.where.column if self.where else "") if each}


@dataclass(frozen=True, slots=True)
class Policies:
    """The rules of one system."""

    erase: Mapping[str, EraseRule]
    retain: tuple[Retain, ...] = ()

    def rule_for(self, categories: Sequence[str]) -> EraseRule | None:
        """The rule of the longest category that is named; the default for personal data, else None."""
        named = [key for key in self.erase for each in categories if each == key or each.startswith(f"{key}.")]
        if named:
            return self.erase[max(named, key=len)]
        return DEFAULT if any(each.split(".")[0] == "user" for each in categories) else None

    def deletes(self, collection: Collection) -> bool:
        """Whether rows of this collection go as a whole."""
        rules = [self.rule_for(each.categories) for each in collection.fields.values()]
        return collection.deletes_rows or any(rule and rule.kind == "delete" for rule in rules)

    def retained(self, collection: str) -> list[Retain]:
        return [each for each in self.retain if each.collection == collection]


def parse_policies(data: Mapping[str, Any], datamap: DataMap) -> Policies:
    """Read `erase` and `retain`. Raises InvalidInput that names the entry and the mend."""
    erase, retain = data.get("erase") or {}, data.get("retain") or []
    if not isinstance(erase, dict):
        raise InvalidInput(
            "erase maps a category to null, delete, pseudonym, hash, keyed_hash, random or a constant.", field="erase"
        )
    if not isinstance(retain, list):
        raise InvalidInput("retain is a list of entries with collection, ground and until.", field="retain")
    rules = {str(category): _erase_rule(str(category), value) for category, value in erase.items()}
    used = {
        each
        for one in datamap.collections.values()
        for each_field in one.fields.values()
        for each in each_field.categories
    }
    for category in rules:
        if not any(each == category or each.startswith(f"{category}.") for each in used):
            raise InvalidInput(
                f"erase names {category}, which no field of the map has: mend its spelling.", field="erase"
            )
    return Policies(rules, tuple(_retain(each, datamap) for each in retain))


def _erase_rule(category: str, value: Any) -> EraseRule:
    if isinstance(value, dict):
        if set(value) != {"constant"}:
            raise InvalidInput(f"erase.{category}: write {{constant: VALUE}}.", field="erase")
        return EraseRule("constant", value["constant"])
    if isinstance(value, list):
        raise InvalidInput(
            f"erase.{category} is null, delete, pseudonym, hash, keyed_hash, random or a constant.", field="erase"
        )
    if value is None or value == "null":
        return EraseRule("null")
    if value in KINDS:
        return EraseRule(str(value))
    if value == "constant":
        return EraseRule("constant")
    if isinstance(value, str) and value.startswith("constant "):
        return EraseRule("constant", value.removeprefix("constant ").strip())
    return EraseRule("constant", value)


def _retain(data: Any, datamap: DataMap) -> Retain:
    if not isinstance(data, dict) or "collection" not in data:
        raise InvalidInput("An entry of retain needs collection, ground and until.", field="retain")
    name = str(data["collection"])
    collection = datamap.collections.get(name)
    if collection is None:
        raise InvalidInput(f"retain names the collection {name}, which the map does not hold.", field="retain")
    if unknown := set(data) - RETAIN_KEYS:
        raise InvalidInput(f"retain of {name} has an unknown key {min(unknown)}.", field="retain")
    ground = str(data.get("ground") or "")
    if not GROUND.fullmatch(ground):
        raise InvalidInput(f"retain of {name} needs a ground, a code such as legal_obligation.", field="retain")
    fields = data.get("fields") or []
    fields = [] if fields in ("all", "*", ["*"]) else fields
    if not isinstance(fields, list):
        raise InvalidInput(f"retain of {name}: fields is a list of columns.", field="retain")
    entry = Retain(
        name,
        tuple(str(each) for each in fields),
        ground,
        _until(name, data.get("until")),
        _where(name, data.get("where")),
        str(data.get("note") or ""),
    )
    for column in (*entry.fields, *sorted(entry.columns)):
        if column not in collection.fields:
            raise InvalidInput(f"retain of {name} names {column}, which the map does not hold.", field="retain")
    return entry


def _until(name: str, value: Any) -> Until:
    if isinstance(value, dt.date):
        return Until(on=value.date() if isinstance(value, dt.datetime) else value)
    text = str(value or "")
    if match := UNTIL.fullmatch(text):
        return Until(column=match[3], count=int(match[1]), unit=match[2])
    try:
        return Until(on=dt.date.fromisoformat(text))
    except ValueError:
        raise InvalidInput(
            f"retain of {name} needs until: a date (YYYY-MM-DD) or '10 years after COLUMN'.", field="retain"
        ) from None


def _where(name: str, value: Any) -> Condition | None:
    if value is None:
        return None
    match = WHERE.fullmatch(str(value))
    if not match:
        raise InvalidInput(f"retain of {name}: write where as COLUMN <= VALUE.", field="retain")
    return Condition(match[1], match[2], match[3].strip("'\""))
