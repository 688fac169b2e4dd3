"""Where cases and people meet who answer for systems without an interface.

The floor of cases says which cases are in work, and hears of answers; the floor of systems asks its people, and says
who still has to answer. Neither imports the other.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from privacy.personal_data.contract import Action, HandlerUnavailable, Person


class PeopleAsked(HandlerUnavailable):
    """People, or a vendor with its own time, were asked and have not answered. Waiting for them is no failure: however
    long it takes, it goes on."""

    waits_for_people = True
    retry_after_seconds = 6 * 3600


@dataclass(frozen=True, slots=True)
class CaseInWork:
    """An open case. `wants_contents`: the data itself is asked for; `wants_counts`: what is held, for an erasure;
    `acts`: what else people have to do. A case that is still to be identified is in work and wants nothing.
    `due_on`: when people must have answered so that the case can be in time. `systems`: whose people alone are asked,
    for a case about the people of a business customer; empty for all that are asked about our own."""

    about: uuid.UUID
    reference: str
    person: Person
    due_on: dt.date
    wants_contents: bool = False
    wants_counts: bool = False
    acts: frozenset[Action] = frozenset()
    systems: frozenset[str] = frozenset()
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """People answered for a system. `action` None: they said what is held. `result` is done, nothing_held or
    not_offered; no words, and nobody's name."""

    about: uuid.UUID
    system: str
    action: Action | None
    result: str
    by: uuid.UUID | None


Cases = Callable[[dt.datetime], Iterator[CaseInWork]]
Waiting = Callable[[uuid.UUID], list[str]]
Listener = Callable[[Answered, dt.datetime], None]
_cases: list[Cases] = []
_waiting: list[Waiting] = []
_listeners: list[Listener] = []


def register_cases(cases: Cases) -> None:
    """Say which cases are in work."""
    if cases not in _cases:
        _cases.append(cases)


def register_waiting(waiting: Waiting) -> None:
    """Say which systems of a case still owe an answer of people: their labels."""
    if waiting not in _waiting:
        _waiting.append(waiting)


def on_answer(listener: Listener) -> None:
    """Hear of each answer, in its transaction."""
    if listener not in _listeners:
        _listeners.append(listener)


def cases_in_work(now: dt.datetime) -> Iterator[CaseInWork]:
    for cases in _cases:
        yield from cases(now)


def waiting_for(about: uuid.UUID) -> list[str]:
    """The systems whose people still owe this case an answer."""
    return [label for waiting in _waiting for label in waiting(about)]


def tell(answered: Answered, now: dt.datetime) -> None:
    for listener in _listeners:
        listener(answered, now)
