"""A system that answers in its own time says here when it did, so that what waits for it goes on at once; and when a
day has passed that it named itself, so that somebody asks it. It hears when nobody waits any more."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privacy.personal_data.contract import Action, Person

Listener = Callable[[str, dt.datetime], None]
_listeners: list[Listener] = []


@dataclass(frozen=True, slots=True)
class Overdue:
    """A system has not answered by the day that it `named`. `action` None: a copy is waited for. `is_about` tells whom
    of, without saying it. `is_cancelled`: it will not do what it was asked, since the day `named`. `is_over`: it has
    answered since."""

    handler: str
    label: str
    action: Action | None
    named: dt.date
    is_about: Callable[[Person], bool]
    is_over: bool = False
    is_cancelled: bool = False


OverdueListener = Callable[[Sequence[Overdue], dt.datetime], None]
_overdue_listeners: list[OverdueListener] = []


def on_overdue(listener: OverdueListener) -> None:
    """Call this once for each, in the transaction in which that is noted."""
    if listener not in _overdue_listeners:
        _overdue_listeners.append(listener)


def tell_overdue(found: Sequence[Overdue], now: dt.datetime) -> None:
    for listener in _overdue_listeners:
        listener(found, now)


def on_late_answer(listener: Listener) -> None:
    """Call this with the key of the handler and the moment, in the transaction in which its answer is kept."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(handler: str, now: dt.datetime) -> None:
    """A handler that was waited for has an answer by now."""
    for listener in _listeners:
        listener(handler, now)


Unneeded = Callable[[Person, dt.datetime], None]
_unneeded: list[Unneeded] = []


def on_unneeded_copy(listener: Unneeded) -> None:
    """Call this with a person whose copy nobody waits for any more, in the transaction in which that is so. It writes
    rows only."""
    if listener not in _unneeded:
        _unneeded.append(listener)


def tell_unneeded_copy(person: Person, now: dt.datetime) -> None:
    for listener in _unneeded:
        listener(person, now)
