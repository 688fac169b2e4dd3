"""What is written where personal data stood: NULL, a constant, a pseudonym, a hash or a random text."""

import datetime as dt
import hashlib
import hmac
import uuid
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from privacy.connectors.live_schema import LiveColumn
from privacy.connectors.masking import EraseRule
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
    dict: "{}",
    list: "{}",  # an empty array, as PostgreSQL writes it
}
LEAST_PSEUDONYM = 8
MARK = 12  # letters behind a hash by which we know our own work again
HASHED = 32


class Unfit(Exception):
    """A rule cannot be carried out on a column; the text says why and how to mend it."""


def effective(rule: EraseRule, column: LiveColumn) -> EraseRule:
    """The default spelled out: null where the column allows it, else a constant of its type."""
    if rule.kind == "default":
        return EraseRule("null") if column.is_nullable else EraseRule("constant")
    return rule


def blank_value(rule: EraseRule, column: LiveColumn, *, place: str, key: Sequence[str], found: Any = "") -> Any:
    """The value that an erasure writes into `column` of the row `key`, the same at every attempt.

    `place` names system and table, `found` is what stands there, which only a hash asks for.
    Raises Unfit where the column cannot take it.
    """
    rule = effective(rule, column)
    if rule.kind == "null":
        if not column.is_nullable:
            raise Unfit("it may not be NULL: write pseudonym or a constant")
        return None
    if rule.kind == "pseudonym":
        return _pseudonym(column, place, key)
    if rule.kind == "random":
        return _random(rule, column, place, key)
    if rule.kind in ("hash", "keyed_hash"):
        return _hashed(rule, column, place, found)
    return _constant(rule.value, column)


def _pseudonym(column: LiveColumn, place: str, key: Sequence[str]) -> str:
    """Made from the row key, never from the value, so that it leads back to nothing."""
    length = column.length or 64
    if column.kind is not str or column.choices or length < LEAST_PSEUDONYM:
        raise Unfit(f"a pseudonym needs a text column of at least {LEAST_PSEUDONYM} characters: write null or delete")
    mac = keyring().mac("connector-pseudonym", "|".join((place, column.name, *key)))
    text = f"{WORD}-{mac[:24]}"
    return text[:length] if length >= len(WORD) + 17 else mac[:length]


def _random(rule: EraseRule, column: LiveColumn, place: str, key: Sequence[str]) -> str:
    """Random for everybody without our key, and the same at every attempt, so that a second one sees the first."""
    length = min(column.length or 64, (rule.length or 32) + len(rule.suffix))
    if column.kind is not str or column.choices or length < LEAST_PSEUDONYM + len(rule.suffix):
        raise Unfit(f"a random text needs a text column of {LEAST_PSEUDONYM + len(rule.suffix)} characters: write null")
    mac = keyring().mac("connector-random", "|".join((place, column.name, *key)))
    return mac[: length - len(rule.suffix)] + rule.suffix


def _hashed(rule: EraseRule, column: LiveColumn, place: str, found: Any) -> Any:
    """The hash of what stands there, with a mark that only our key can make: a value that carries it is done."""
    needed = HASHED + 1 + MARK + len(rule.suffix)
    if column.kind is not str or column.choices or (column.length or needed) < needed:
        raise Unfit(f"a hash needs a text column of at least {needed} characters: write null or pseudonym")
    if found is None:
        return None
    ring = keyring()

    def marked(digest: str) -> str:
        mark = ring.mac("connector-hash-mark", f"{place}|{column.name}|{digest}")
        return f"{digest}-{mark[:MARK]}{rule.suffix}"

    text = str(found)
    if hmac.compare_digest(text.encode(), marked(text[:HASHED]).encode()):
        return text
    if rule.kind == "hash":
        return marked(hashlib.new(rule.algorithm, text.encode()).hexdigest()[:HASHED])
    secret = ring.lasting("connector-hash")
    return marked(hmac.new(secret, text.encode(), rule.algorithm).hexdigest()[:HASHED])


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
    if isinstance(found, dict | list):
        return not found and blank == "{}"
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
