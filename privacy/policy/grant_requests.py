"""Ask a person for a grant, and ask what was granted: for floors below the one that knows people's decisions.

A grant is for a purpose, or for one thing within it, a *scope*: this testimonial, this recipient, this
promotion. A scope is written `kind:key`. Whoever owns a kind says what a person is shown about it, and a grant
holds for exactly that: another text has another digest, and no grant. A higher floor fills the desk; an empty
desk refuses.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from privacy.kernel.actors import Actor
from privacy.kernel.canonical import digest
from privacy.kernel.errors import DomainError
from privacy.policy.decision_gate import GateAnswer

LONGEST_SCOPE = 64


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person reads before they decide about one thing. `facts` are pairs of a label and a text;
    `categories` the kinds of data that it is about."""

    title: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What a grant is bound to."""
        flat = [part for fact in self.facts for part in fact]
        return digest([self.title, self.text, *flat, "categories", *self.categories])


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom to ask, for which purpose and which thing of it. `site`, `source_kind` and `source_id` say where the
    question came from (codes, ids, hashes). `is_wished`: the person said yes in a form and is asked whether it was
    them; otherwise nobody is asked soon after a no, nor while something else forbids it."""

    subject_id: uuid.UUID
    purpose: str = ""
    channel: str = ""
    scope: str = ""
    site: str = ""
    language: str = "en"
    source_kind: str = ""
    source_id: str = ""
    is_wished: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Is this scope granted by this person, as it is shown now?"""

    subject_id: uuid.UUID
    scope: str
    digest: str


@dataclass(frozen=True, slots=True)
class Granted(GateAnswer):
    """`event_id` is the evidence that a yes rests on."""

    event_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a person's decision changed: the whole purpose where `scope` is empty."""

    subject_ids: tuple[uuid.UUID, ...]
    purpose: str
    scope: str
    is_granted: bool
    at: dt.datetime


class Desk(Protocol):
    """Filled by the app that keeps people's decisions.

    The answers are codes: requested, given, refused_before, not_now, no_address, locked, and for a no refused
    or unchanged.
    """

    def ask_purposes(self, *, ask: Ask, codes: Sequence[str], actor: Actor, now: dt.datetime) -> dict[str, str]: ...

    def ask_scope(self, *, ask: Ask, actor: Actor, now: dt.datetime) -> str: ...

    def note_no(self, *, ask: Ask, actor: Actor, now: dt.datetime) -> str: ...

    def granted(self, *, purpose: str, wanted: Sequence[Wanted], now: dt.datetime) -> list[Granted]: ...


Key = tuple[str, str]  # a purpose and the key of a thing, or a purpose and a whole scope
Show = Callable[[Sequence[Key], Sequence[uuid.UUID]], dict[Key, Shown]]
Listener = Callable[[Change], None]
_desks: list[Desk] = []
_kinds: dict[str, Show] = {}
_listeners: list[Listener] = []


def register(desk: Desk) -> None:
    """Fill the desk; ValueError where it is filled already."""
    if _desks:
        raise ValueError("The desk for grants is filled already.")
    _desks.append(desk)


def scope_kind(kind: str, show: Show) -> None:
    """Say what is shown about scopes of this kind: `show([(purpose, key), …], subject_ids)`, without those that
    are nothing of this person. ValueError where the kind is taken."""
    if kind in _kinds:
        raise ValueError(f"The scope kind {kind} is registered twice.")
    _kinds[kind] = show


def shown(purpose: str, scope: str, subject_ids: Sequence[uuid.UUID]) -> Shown | None:
    """What this person is shown about the scope now; None where there is nothing (any more)."""
    return shown_many([(purpose, scope)], subject_ids).get((purpose, scope))


def shown_many(scopes: Sequence[Key], subject_ids: Sequence[uuid.UUID]) -> dict[Key, Shown]:
    """The same for many pairs of a purpose and a scope: each kind is asked once."""
    by_kind: dict[str, list[Key]] = {}
    for purpose, scope in scopes:
        kind, _, key = scope.partition(":")
        by_kind.setdefault(kind, []).append((purpose, key))
    found: dict[Key, Shown] = {}
    for kind, keys in by_kind.items():
        if kind in _kinds:
            texts = _kinds[kind](keys, subject_ids)
            found.update({(purpose, f"{kind}:{key}"): text for (purpose, key), text in texts.items()})
    return found


def on_change(listener: Listener) -> None:
    """Call this inside the transaction of every decision (in `AppConfig.ready()`); it writes rows only."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(change: Change) -> None:
    """Tell every listener; called by whoever fills the desk."""
    for listener in _listeners:
        listener(change)


def ask_purposes(ask: Ask, codes: Sequence[str], *, actor: Actor, now: dt.datetime) -> dict[str, str]:
    """Ask a person for whole purposes by one mail; what became of each. Never a grant by itself."""
    return _desk().ask_purposes(ask=ask, codes=codes, actor=actor, now=now)


def ask_scope(ask: Ask, *, actor: Actor, now: dt.datetime) -> str:
    """Ask a person for one thing. Never a grant by itself."""
    return _desk().ask_scope(ask=ask, actor=actor, now=now)


def note_no(ask: Ask, *, actor: Actor, now: dt.datetime) -> str:
    """Write down a no to a purpose that a form reports: refused, or unchanged where the person decided before.
    It never ends what the person granted elsewhere."""
    return _desk().note_no(ask=ask, actor=actor, now=now)


def granted(*, purpose: str, wanted: Sequence[Wanted], now: dt.datetime) -> list[Granted]:
    """One answer for each, in a number of questions to the database that does not grow with them."""
    if not _desks:
        return [Granted(allowed=False, reason="no_gate") for _ in wanted]
    return _desks[0].granted(purpose=purpose, wanted=wanted, now=now)


def _desk() -> Desk:
    if not _desks:
        raise DomainError("Nobody here can ask people for a grant. Install consent.", code="no_gate")
    return _desks[0]
