"""What follows from a decision: told inside its transaction, so that nothing follows from one that is undone."""

import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple

from consent.models import ConsentEvent


class Sight(NamedTuple):
    """What an act read of the person under its lock: all their subjects, the canonical one first, and whether
    anything stands about single things of the purpose."""

    members: tuple[uuid.UUID, ...]
    has_single: bool


Listener = Callable[[Sequence[ConsentEvent]], None]
Follower = Callable[[Sequence[ConsentEvent], Sight | None], None]
_listeners: list[Listener] = []
_followers: list[Follower] = []


def on_change(listener: Listener) -> None:
    """Call this with the new events of every act, in the order in which they were written.

    Registered in `AppConfig.ready()`. A listener writes rows (a job, a delivery) and talks to nobody.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def on_change_in_sight(follower: Follower) -> None:
    """The same, before every listener, for one that would read again what the act has read: it gets that, too
    (None from an act about several people or purposes)."""
    if follower not in _followers:
        _followers.append(follower)


def announce(events: Sequence[ConsentEvent], sight: Sight | None = None) -> None:
    """Tell everybody; nothing for no events."""
    if not events:
        return
    for follower in _followers:
        follower(events, sight)
    for listener in _listeners:
        listener(events)
