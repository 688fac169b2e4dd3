"""Two subjects turn out to be one person: whoever keeps something about people is told, in the same transaction."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import Identifier, User
from privacy.kernel.actors import Actor
from privacy.kernel.identifiers import IdentifierKind

NAMELESS = (IdentifierKind.PSEUDONYM, IdentifierKind.DEVICE)


@dataclass(frozen=True, slots=True)
class Merge:
    """`joining` became one person with `staying`; both are the subjects of each before, the canonical one first."""

    alias_id: uuid.UUID
    joining: tuple[uuid.UUID, ...]
    staying: tuple[uuid.UUID, ...]
    actor: Actor
    now: dt.datetime


Listener = Callable[[Merge], None]
_listeners: list[Listener] = []
_afterwards: list[Listener] = []


def on_merge(listener: Listener) -> None:
    """Call this with every merge, in its transaction. Registered in `AppConfig.ready()`."""
    if listener not in _listeners:
        _listeners.append(listener)


def after_merge(listener: Listener) -> None:
    """As `on_merge`, once it is settled what of both sides' decisions counts."""
    if listener not in _afterwards:
        _afterwards.append(listener)


def announce(merge: Merge) -> None:
    """Tell every listener."""
    for listener in [*_listeners, *_afterwards]:
        listener(merge)


def is_known(subject_ids: tuple[uuid.UUID, ...]) -> bool:
    """Whether these are somebody: with an account, or an address. A browser or a device alone is nobody."""
    if User.objects.filter(subject_id__in=subject_ids).exists():
        return True
    return Identifier.objects.filter(subject_id__in=subject_ids).exclude(kind__in=NAMELESS).exists()
