"""What follows from a decision: told inside its transaction, so that nothing follows from one that is undone."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol


class Happened(Protocol):
    """What may be asked of an event: a row of the ORM, or one of the thousands of an import, which have none."""

    @property
    def pk(self) -> uuid.UUID: ...
    @property
    def subject_id(self) -> uuid.UUID: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def is_demo(self) -> bool: ...
    @property
    def purpose(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def previous(self) -> str: ...
    @property
    def door(self) -> str: ...
    @property
    def site(self) -> str: ...
    @property
    def notice_language(self) -> str: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def actor_id(self) -> uuid.UUID | None: ...


class Sight(NamedTuple):
    """What an act read of the person under its lock: all their subjects, the canonical one first, and whether
    anything stands about single things of the purpose."""

    members: tuple[uuid.UUID, ...]
    has_single: bool


Listener = Callable[[Sequence[Happened]], None]
Follower = Callable[[Sequence[Happened], Sight | None], None]
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


def announce(events: Sequence[Happened], sight: Sight | None = None) -> None:
    """Tell everybody; nothing for no events."""
    if not events:
        return
    for follower in _followers:
        follower(events, sight)
    for listener in _listeners:
        listener(events)
