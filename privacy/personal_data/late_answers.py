"""A system that answers in its own time says here when it did, so that what waits for it goes on at once."""

import datetime as dt
from collections.abc import Callable

Listener = Callable[[str, dt.datetime], None]
_listeners: list[Listener] = []


def on_late_answer(listener: Listener) -> None:
    """Call this with the key of the handler and the moment, in the transaction in which its answer is kept."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(handler: str, now: dt.datetime) -> None:
    """A handler that was waited for has an answer by now."""
    for listener in _listeners:
        listener(handler, now)
