"""What is written where personal data stood: NULL, a constant of the column's type, or a pseudonym."""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from privacy.connectors.database import LiveColumn
from privacy.connectors.policies import EraseRule
from privacy.kernel.keyring import keyring

WORD = "erased"
CONSTANTS: dict[type, Any] = {
    str: WORD,
    int: 0,
    float: 0,
    Decimal: 0,
    bool: False,
    dt.date: "1900-01-01",
    dt.datetime: "1900-01-01 00:00:00",
    uuid.UUID: str(uuid.UUID(int=0)),
}
LEAST_PSEUDONYM = 8


class Unfit(Exception):
    """A rule cannot be carried out on a column; the text says why and how to mend it."""


def effective(rule: EraseRule, column: LiveColumn) -> EraseRule:
    """The default spelled out: null where the column allows it, else a constant of its type."""
    if rule.kind == "default":
        return EraseRule("null") if column.is_nullable else EraseRule("constant")
    return rule


def blank_value(rule: EraseRule, column: LiveColumn, *, place: str, key: Sequence[str]) -> Any:
    """The value that an erasure writes into `column` of the row `key`, the same at every attempt.

    `place` names system and table. Raises Unfit where the column cannot take it.
    """
    rule = effective(rule, column)
    if rule.kind == "null":
        if not column.is_nullable:
            raise Unfit("it may not be NULL: write pseudonym or a constant")
        return None
    if rule.kind == "pseudonym":
        return _pseudonym(column, place, key)
    return _constant(rule.value, column)


def _pseudonym(column: LiveColumn, place: str, key: Sequence[str]) -> str:
    """Made from the row key, never from the value, so that it leads back to nothing."""
    length = column.length or 64
    if column.kind is not str or column.choices or length < LEAST_PSEUDONYM:
        raise Unfit(f"a pseudonym needs a text column of at least {LEAST_PSEUDONYM} characters: write null or delete")
    ring = keyring()
    oldest = min(ring.keys)  # the same after a new primary key, so that a second attempt equals the first
    mac = ring.mac("connector-pseudonym", "|".join((place, column.name, *key)), oldest)
    text = f"{WORD}-{mac[:24]}"
    return text[:length] if length >= len(WORD) + 17 else mac[:length]


def _constant(value: Any, column: LiveColumn) -> Any:
    if value is None:
        value = _default_constant(column)
    try:
        value = _typed(value, column.kind)
    except (ValueError, InvalidOperation, TypeError):
        raise Unfit(f"the constant does not fit its type ({_type_name(column)}): write one that does") from None
    if column.choices and value not in column.choices:
        raise Unfit(f"it allows only {', '.join(column.choices)}: write one of them as the constant")
    if isinstance(value, str) and column.kind is str and column.length and len(value) > column.length:
        raise Unfit(f"it holds {column.length} characters: write a shorter constant")
    return value


def _default_constant(column: LiveColumn) -> Any:
    if column.kind not in CONSTANTS:
        raise Unfit(f"there is no constant for its type ({_type_name(column)}): write one, or delete")
    value = CONSTANTS[column.kind]
    return value[: column.length] if column.kind is str and column.length else value


def _typed(value: Any, kind: type | None) -> Any:
    if kind in (int, float, Decimal):
        if isinstance(value, bool):
            raise ValueError
        number = Decimal(str(value))
        return int(number) if number == number.to_integral_value() else _fraction(number, kind)
    if kind is bool:
        if not isinstance(value, bool | int):
            raise ValueError
        return bool(value)
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(str(value)).isoformat(" ")
    if kind is dt.date:
        return dt.date.fromisoformat(str(value)).isoformat()
    if kind is uuid.UUID:
        return str(uuid.UUID(str(value)))
    return str(value)


def _fraction(number: Decimal, kind: type | None) -> str:
    if kind is int:
        raise ValueError
    return str(number)


def _type_name(column: LiveColumn) -> str:
    return column.kind.__name__ if column.kind else "unknown"


def is_same(found: Any, blank: Any) -> bool:
    """Whether a column holds its blank value, in whichever form the driver gives it."""
    if found is None or blank is None:
        return found is None and blank is None
    if isinstance(found, dt.datetime):
        return found.replace(tzinfo=None).isoformat(" ") == str(blank)
    if isinstance(found, dt.date | uuid.UUID):
        return str(found) == str(blank)
    if isinstance(found, int | float | Decimal):
        try:
            return Decimal(str(found)) == Decimal(str(int(blank) if isinstance(blank, bool) else blank))
        except (InvalidOperation, ValueError):
            return False
    return str(found).rstrip() == str(blank).rstrip()
