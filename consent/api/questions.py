"""The shape of a question: what may be asked, checked before anything is looked up."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from consent.signals.asking import check_signals
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import IdentifierKind

MOST = 100
CODES = ("channel", "category", "region")
KINDS = frozenset(kind.value for kind in IdentifierKind)


class Question(NamedTuple):
    """Checked, but not yet normalized. `if_version` is None where none was sent."""

    kind: str
    value: str
    purpose: str
    channel: str
    category: str
    region: str
    signals: tuple[str, ...]
    if_version: int | None


def read_question(values: Any, index: int) -> Question:
    """One question; InvalidInput names the field, with its place in the list."""
    if not isinstance(values, dict):
        raise InvalidInput("Each question is an object.", field=f"[{index}]")
    subject = values.get("subject")
    if not isinstance(subject, dict) or len(subject) != 1:
        raise _wrong_subject(index)
    [(kind, value)] = subject.items()
    if kind not in KINDS:
        raise _wrong_subject(index)
    if not isinstance(value, str):
        raise InvalidInput("The identifier is a text.", field=f"[{index}].subject")
    purpose = values.get("purpose")
    if not isinstance(purpose, str):
        raise InvalidInput("Name the purpose by its code.", field=f"[{index}].purpose")
    channel, category = values.get("channel", ""), values.get("category", "")
    region = values.get("region", "")
    if not (isinstance(channel, str) and isinstance(category, str) and isinstance(region, str)):
        field = next(name for name in CODES if not isinstance(values.get(name, ""), str))
        raise InvalidInput(f"The {field} is a code.", field=f"[{index}].{field}")
    signals: tuple[str, ...] = ()
    if "signals" in values:
        check_signals(values, f"[{index}].")
        signals = tuple(values["signals"])
    version = values.get("if_version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise InvalidInput("if_version is the number of an earlier answer.", field=f"[{index}].if_version")
    return _made((kind, value, purpose, channel, category, region, signals, version))


_made: Callable[[tuple[Any, ...]], Question] = partial(tuple.__new__, Question)  # a hundred at once


def read_questions(body: Any) -> list[Question]:
    """One question or a list of them; InvalidInput(body) for anything else."""
    if isinstance(body, dict):
        return [read_question(body, 0)]
    if not isinstance(body, list):
        raise InvalidInput("Send JSON: an object, or a list of objects.", field="body")
    if not 1 <= len(body) <= MOST:
        raise InvalidInput(f"Ask between 1 and {MOST} questions.", field="body")
    return [read_question(each, index) for index, each in enumerate(body)]


def _wrong_subject(index: int) -> InvalidInput:
    return InvalidInput(f"Name one identifier: {', '.join(sorted(KINDS))}.", field=f"[{index}].subject")
