"""What the doors for systems say of themselves in the schema. An app tells more about an endpoint than its first
sentence in `<app>/api_schema.py` (autodiscovered): `operation("url_name", request=…, answers={200: …})`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
ERROR: Schema = {
    "type": "object",
    "required": ["error", "field"],
    "properties": {
        "error": {"type": "string", "description": "A sentence that says how to mend it"},
        "field": {"type": "string", "description": "The input at fault; empty where it is none"},
        "code": {"type": "string", "description": "For programs; may be empty"},
    },
}


@dataclass(frozen=True, slots=True)
class Operation:
    """`answers`: status → schema, without the errors that every endpoint has."""

    method: str = "post"
    request: Schema = field(default_factory=lambda: {"type": "object"})
    answers: Mapping[int, Schema] = field(default_factory=lambda: {200: {}})
    parameters: Sequence[Schema] = ()
    media_type: str = "application/json"
    fault: Schema | None = None  # of an error, where a standard has a shape of its own


_operations: dict[str, Operation] = {}
_more: dict[str, list[Operation]] = {}


def operation(url_name: str, **told: Any) -> None:
    """Tell about the endpoint of this URL name; ValueError where somebody has."""
    if url_name in _operations:
        raise ValueError(f"{url_name} is told twice.")
    _operations[url_name] = Operation(**told)


def told(url_name: str) -> Operation:
    """What was told; a POST with an object where nothing was."""
    return _operations.get(url_name, Operation())


def another_operation(url_name: str, **told: Any) -> None:
    """Tell about a second method of the same endpoint."""
    _more.setdefault(url_name, []).append(Operation(**told))


def every_told(url_name: str) -> list[Operation]:
    """What was told of each method of an endpoint, the first one first."""
    return [told(url_name), *_more.get(url_name, [])]
