"""What follows from a decision: told inside its transaction, so that nothing follows from one that is undone."""

from collections.abc import Callable, Sequence

from consent.models import ConsentEvent

Listener = Callable[[Sequence[ConsentEvent]], None]
_listeners: list[Listener] = []


def on_change(listener: Listener) -> None:
    """Call this with the new events of every act, in the order in which they were written.

    Registered in `AppConfig.ready()`. A listener writes rows (a job, a delivery) and talks to nobody.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def announce(events: Sequence[ConsentEvent]) -> None:
    """Tell every listener; nothing for no events."""
    if not events:
        return
    for listener in _listeners:
        listener(events)
