"""The plan of an erasure in plain words: which data in which system, instead of names of tables and columns."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from privacy.personal_data.declaring import declarations

OURS = "kept"


def spoken(name: str) -> str:
    """A name of a table or column as people say it: InvoiceLine and invoice_line are “invoice line”."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_.\s]+", " ", name)
    return " ".join(apart.split()).lower()


def system_of(handler: Mapping[str, Any]) -> str:
    """The system as people call it."""
    return "Kept" if handler["system"] == OURS else str(handler["label"])


def data_of(handler: Mapping[str, Any], table: Mapping[str, Any]) -> str:
    """What the rows are, as people call it: our own by what they hold, an outside system's by its own word."""
    name = str(handler["label"]) if handler["system"] == OURS else spoken(str(table["table"]))
    return name[:1].upper() + name[1:]


def kinds_of() -> dict[str, str]:
    """The category of each of our own tables, by handler."""
    return {key: spoken(each.category) for key, each in declarations.items()}


def values_in_words(fields: Iterable[str]) -> str:
    """Columns as a list that reads as a sentence."""
    names = [spoken(each).removeprefix("is ") for each in fields]
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else "".join(names)
