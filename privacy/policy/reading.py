"""Reads located values into typed entries, and collects every problem instead of stopping at one.

An entry is a frozen dataclass whose fields say, by the helpers below, how they are read. The reader
knows nothing of policies: it checks presence, shape, vocabulary and unknown fields.
"""

import dataclasses
import datetime as dt
import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

CODE = re.compile(r"[a-z][a-z0-9_]{0,58}[a-z0-9]|[a-z]")
REGION = re.compile(r"[A-Z]{2,3}(-[A-Z0-9]{1,3})?")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Located:
    """A value with the line it stands on. `value` is a mapping, a list, a text, or None."""

    value: "Mapping[str, Located] | list[Located] | str | None"
    line: int

    @classmethod
    def of(cls, value: Any) -> "Located":
        """Plain JSON values (a stored document) as located ones; the line is 0."""
        if isinstance(value, Mapping):
            return cls({str(key): cls.of(each) for key, each in value.items()}, 0)
        if isinstance(value, list | tuple):
            return cls([cls.of(each) for each in value], 0)
        if value is None:
            return cls(None, 0)
        return cls(str(value).lower() if isinstance(value, bool) else str(value), 0)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend in a file: where, what is wrong, and what to do."""

    line: int
    field: str
    message: str
    mend: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.message} {self.mend}"


class Unreadable(Exception):
    """A single value has the wrong shape: what is wrong, and the mend."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


Parse = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one field is read. `entry` is the class of nested rows; `refers` names the section in
    which a code must exist; `kind`, `words` and `bounds` are what a form needs to know."""

    parse: Parse = str
    many: bool = False
    entry: type[Any] | None = None
    refers: str = ""
    required: bool = True
    kind: str = "text"
    words: tuple[str, ...] = ()
    bounds: tuple[int, int] = (0, 0)


def _field(rule: Rule, default: Any = dataclasses.MISSING) -> Any:
    if rule.required:
        return dataclasses.field(metadata={"rule": rule})
    if default is dataclasses.MISSING and rule.many:
        return dataclasses.field(default=(), metadata={"rule": rule})
    return dataclasses.field(default=default, metadata={"rule": rule})


def text(*, required: bool = True) -> Any:
    """A sentence or more."""
    return _field(Rule(_text, required=required), "")


def texts() -> Any:
    """A list of paragraphs."""
    return _field(Rule(_text, many=True))


def code(*, refers: str = "", required: bool = True) -> Any:
    """A code; `refers` names the section that must define it."""
    return _field(Rule(_code, refers=refers, required=required, kind="code"), "")


def codes(*, refers: str = "", required: bool = True) -> Any:
    """A list of codes."""
    return _field(Rule(_code, many=True, refers=refers, required=required, kind="code"))


def choice(vocabulary: type[enum.StrEnum], *, default: str | None = None, parse: Parse | None = None) -> Any:
    """One word of a vocabulary; `parse` where the words that are not in it need a say of their own."""
    rule = Rule(parse or chooser(vocabulary), required=default is None, kind="choice", words=tuple(vocabulary))
    return _field(rule, default)


def choices(vocabulary: type[enum.StrEnum], *, required: bool = True) -> Any:
    """A list of words of a vocabulary."""
    return _field(Rule(chooser(vocabulary), many=True, required=required, kind="choice", words=tuple(vocabulary)))


def day(*, required: bool = True) -> Any:
    """A date, YYYY-MM-DD; None where it may be left out and is."""
    return _field(Rule(_day, required=required, kind="day"), None)


def number(least: int, most: int, *, required: bool = True) -> Any:
    """A whole number within bounds; None where it may be left out and is."""
    return _field(Rule(_bounded(least, most), required=required, kind="number", bounds=(least, most)), None)


def numbers(least: int, most: int, *, required: bool = True) -> Any:
    """A list of whole numbers within bounds."""
    return _field(Rule(_bounded(least, most), many=True, required=required, kind="number", bounds=(least, most)))


def flag() -> Any:
    """true or false; false where left out."""
    return _field(Rule(_flag, required=False, kind="flag"), False)


def language() -> Any:
    """A language tag such as en or pt-BR."""
    return _field(Rule(_language, kind="language"))


def region() -> Any:
    """A region such as EEA, DE or US-CA."""
    return _field(Rule(_region, kind="region"))


def regions(*, required: bool = True) -> Any:
    """A list of regions."""
    return _field(Rule(_region, many=True, required=required, kind="region"))


def rows(entry: type[Any], *, required: bool = True) -> Any:
    """A list of nested entries."""
    return _field(Rule(many=True, entry=entry, required=required))


def section(entry: type[Any]) -> Any:
    """One nested entry."""
    return _field(Rule(entry=entry))


def read_entry(entry: type[Entry], node: Located, path: str, problems: list[Problem]) -> Entry | None:
    """An instance of `entry` from `node`, or None after adding to `problems` why not."""
    if not isinstance(node.value, Mapping):
        problems.append(
            Problem(node.line, path or "file", "This must be a set of fields.", "Write `name: value` lines.")
        )
        return None
    rules = rules_of(entry)
    prefix = f"{path}." if path else ""
    for name, child in node.value.items():
        if name not in rules:
            known = ", ".join(rules)
            problems.append(Problem(child.line, prefix + name, "There is no such field.", f"Use one of: {known}."))
    before = len(problems)
    values: dict[str, Any] = {"line": node.line}
    for name, rule in rules.items():
        found = node.value.get(name)
        if found is None or found.value in (None, "", []):
            if rule.required:
                problems.append(Problem(node.line, prefix + name, "This is missing.", f"Add `{name}:` here."))
            continue
        values[name] = _read_value(rule, found, prefix + name, problems)
    return entry(**values) if len(problems) == before else None


def rules_of(entry: type[Any]) -> dict[str, Rule]:
    """Field name → rule, of an entry class."""
    return {each.name: each.metadata["rule"] for each in dataclasses.fields(entry) if "rule" in each.metadata}


def _read_value(rule: Rule, node: Located, path: str, problems: list[Problem]) -> Any:
    if not rule.many:
        return _read_one(rule, node, path, problems)
    if not isinstance(node.value, list):
        problems.append(Problem(node.line, path, "This must be a list.", "Write each item on a line after a dash."))
        return None
    return tuple(
        _read_one(rule, each, _item_path(path, each, place), problems) for place, each in enumerate(node.value)
    )


def _item_path(path: str, node: Located, place: int) -> str:
    """Name an item by its own code where it has one: what a person searches the file for."""
    if isinstance(node.value, Mapping):
        for key in ("code", "slug", "purpose", "language"):
            if (named := node.value.get(key)) and isinstance(named.value, str):
                return f"{path}.{named.value}"
    return f"{path}[{place + 1}]"


def _read_one(rule: Rule, node: Located, path: str, problems: list[Problem]) -> Any:
    if rule.entry:
        return read_entry(rule.entry, node, path, problems)
    if not isinstance(node.value, str):
        problems.append(Problem(node.line, path, "This must be a single value.", "Write one value after the colon."))
        return None
    try:
        return rule.parse(node.value)
    except Unreadable as error:
        problems.append(Problem(node.line, path, error.message, error.mend))
        return None


def _text(value: str) -> str:
    return " ".join(value.split())


def _code(value: str) -> str:
    if not CODE.fullmatch(value):
        raise Unreadable(f"“{value[:60]}” is not a code.", "Use lower case letters, digits and underscores.")
    return value


def _language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise Unreadable(f"“{value[:20]}” is not a language.", "Use a tag such as en or pt-BR.")
    return value


def _region(value: str) -> str:
    if not REGION.fullmatch(value):
        raise Unreadable(f"“{value[:20]}” is not a region.", "Use a code such as EEA, DE or US-CA.")
    return value


def _day(value: str) -> dt.date:
    try:
        if len(value) != len("2018-05-15"):
            raise ValueError
        return dt.date.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"“{value[:20]}” is not a date.", "Write an existing day as YYYY-MM-DD.") from None


def _flag(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise Unreadable(f"“{value[:20]}” is neither true nor false.", "Write true or false.")
    return value.lower() == "true"


def _bounded(least: int, most: int) -> Parse:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise Unreadable(f"“{value[:20]}” is not allowed here.", f"Write a whole number from {least} to {most}.")
        return int(value)

    return parse


def chooser(vocabulary: type[enum.StrEnum]) -> Parse:
    """Takes the words of a vocabulary and says which there are."""

    def parse(value: str) -> str:
        if value not in set(vocabulary):
            known = ", ".join(each.value for each in vocabulary)
            raise Unreadable(f"“{value[:60]}” is unknown.", f"Use one of: {known}.")
        return vocabulary(value).value

    return parse
