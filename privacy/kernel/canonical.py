"""One canonical text for a set of values: what hashes and signatures are made over."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from privacy.kernel import clock


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return clock.canonical(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, str | int | bool) or value is None:
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def plain_of(value: Any) -> Any:
    """One value in its canonical form: text, number, truth value or None."""
    return _plain(value)


_encoder = json.JSONEncoder(separators=(",", ":"), check_circular=False)  # flat values: they hold no circle


def canonical_json(value: dict[str, Any]) -> str:
    """Sorted keys, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def digest(values: Iterable[Any]) -> str:
    """SHA-256 (hex) of the values in order. Floats and objects are refused: they have no one text."""
    return digest_of_plain([_plain(value) for value in values])


def digest_of_plain(values: Sequence[Any]) -> str:
    """The same for values that are in their canonical forms already (texts, numbers, booleans, None)."""
    return hashlib.sha256(_encoder.encode(values).encode()).hexdigest()
