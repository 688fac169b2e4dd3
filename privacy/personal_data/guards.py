"""What may stop an erasure: legal holds and whatever else an app registers.

Guards are asked when a plan is made, and again inside the deleting transaction. An empty registry
refuses: an erasure that nobody was asked about does not happen.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import Person


@dataclass(frozen=True, slots=True)
class Held:
    """Why a row stays: a sentence, the ground's code, and when it is looked at again."""

    reason: str
    ground: str
    review_on: dt.date | None = None


Guard = Callable[[Person | None, str, Sequence[str]], dict[str, Held]]
_guards: dict[str, Guard] = {}


class NoGuards(DomainError):
    """No guard is registered, so nothing may be erased."""

    code = "no_guards"
    http_status = 500


def register(name: str, guard: Guard) -> None:
    """Add a guard: called with the person (None inside the deleting transaction), the table and the
    row keys, it returns the keys it holds. ValueError where the name is taken."""
    if name in _guards:
        raise ValueError(f"The guard {name} is registered twice.")
    _guards[name] = guard


def held_rows(person: Person | None, table: str, keys: Sequence[str]) -> dict[str, Held]:
    """The keys that some guard holds; NoGuards where there is no guard to ask."""
    if not _guards:
        raise NoGuards("No guard is installed, so nothing may be erased. Install privacy.retention.")
    held: dict[str, Held] = {}
    for guard in _guards.values():
        held.update(guard(person, table, keys))
    return held
