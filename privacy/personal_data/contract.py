"""The contract that everything holding personal data fulfils: our own tables and outside systems alike.

A handler answers five questions about one person: what do you find, what is it (export), what would
an action do (plan), do a bounded piece of it (apply_chunk), and is it really so (verify). It may
answer *not offered* with a reason, never nothing. A bare "done" does not exist: every result is
counts of removed, retained (ground, until), residual (what, why, who must act) or nothing held.
"""

import abc
import datetime as dt
import enum
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class Action(enum.StrEnum):
    """What a handler can be asked to do to a person's data."""

    ERASE = "erase"
    RECTIFY = "rectify"
    RESTRICT = "restrict"
    OPT_OUT = "opt_out"


class Treatment(enum.StrEnum):
    """What a plan does to the rows of one table."""

    DELETE = "delete"  # the row goes
    ANONYMIZE = "anonymize"  # the named fields are overwritten irreversibly, the row stays
    RETAIN = "retain"  # the row stays as it is, with a ground and an until-date
    UPDATE = "update"  # rectify, restrict, opt_out: the named fields get new values


@dataclass(frozen=True, slots=True)
class Identity:
    """One identifier in clear, in memory only: `kind` as in kernel.identifiers, `value` normalized."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a handler is asked about: every subject id of the alias set, and every known identifier.

    Handlers of our own tables go by `subject_ids`, outside systems by `identities`.
    """

    subject_ids: tuple[uuid.UUID, ...]
    identities: tuple[Identity, ...] = ()

    def values(self, kind: str) -> tuple[str, ...]:
        """The identifiers of one kind."""
        return tuple(identity.value for identity in self.identities if identity.kind == kind)


@dataclass(frozen=True, slots=True)
class Found:
    """How many rows of one table concern the person. A table with none is reported with 0."""

    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class Record:
    """One row of an export. `row` holds plain JSON values; nothing of other people, no secret."""

    table: str
    category: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What would happen to one table: the unit of preview, approval and execution.

    `keys` are the frozen row keys (text of the primary key; composite keys as JSON lists), in order;
    approval stores them encrypted. `fields` are those that are overwritten. `ground` (code) and
    `until` are required where something stays: with RETAIN the whole row, with ANONYMIZE the fields
    in `kept_fields`. `note` is a sentence for a person.
    """

    table: str
    treatment: Treatment
    keys: tuple[str, ...]
    fields: tuple[str, ...] = ()
    kept_fields: tuple[str, ...] = ()
    ground: str = ""
    until: dt.date | None = None
    note: str = ""

    @property
    def rows(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Residual:
    """What stays although it should not, why, and who must do what about it.

    Where a legal hold keeps it, `what` is the reason as the person reads it, `why` the code of the ground and
    `until` the day on which the hold is looked at again.
    """

    table: str
    what: str
    why: str
    who: str
    rows: int = 0
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class HandlerPlan:
    """A pure description of what one handler would do; nothing has been touched.

    `tables` in the order of execution (children before parents). An empty list means nothing held.
    `not_offered` is the reason where this handler cannot do the action at all. `problems` refuse the
    plan before anything runs: each is a sentence that names the table and field and the mend.
    """

    handler: str
    action: Action
    tables: tuple[TablePlan, ...] = ()
    residuals: tuple[Residual, ...] = ()
    not_offered: str = ""
    problems: tuple[str, ...] = ()

    @property
    def nothing_held(self) -> bool:
        return not self.not_offered and not any(table.rows for table in self.tables)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One bounded piece of work: some frozen keys of one table, done in one transaction.

    `idem_key` is the same for every attempt at the same chunk; `fence` rises with each attempt. An
    outside system that can deduplicate is sent both; one that cannot looks before it acts.
    """

    plan: TablePlan
    keys: tuple[str, ...]
    idem_key: str
    fence: int
    values: Mapping[str, Any] = field(default_factory=dict)  # for rectify: field → new value


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What a chunk did. `already_done` counts keys found done by an earlier attempt."""

    removed: int = 0
    anonymized: int = 0
    retained: int = 0
    already_done: int = 0
    residuals: tuple[Residual, ...] = ()


class Handler(abc.ABC):
    """One holder of personal data: a model of ours, or a whole outside system.

    `key` is stable and unique ("accounts.LoginEvent", "shop"); `system` groups handlers on pages
    ("kept" for our own tables); `label` is what a person reads. `is_transactional` is true where
    apply_chunk writes to our own database and so joins the caller's transaction.
    """

    key: str
    system: str
    label: str
    is_transactional: bool = True

    @abc.abstractmethod
    def find(self, person: Person) -> Sequence[Found]:
        """Count what is held, table by table; a table without rows is listed with 0."""

    @abc.abstractmethod
    def export(self, person: Person) -> Iterator[Record]:
        """Stream every row about the person, without secrets, staff notes or other people."""

    @abc.abstractmethod
    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        """Describe what `action` would do. Reads only."""

    @abc.abstractmethod
    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """Carry out one chunk. Running it twice equals running it once."""

    @abc.abstractmethod
    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        """Ask again by an independent path: what is still there that the plan does not retain?

        After an erasure the identifiers of our own tables are gone, so `person` is the one that the
        plan was made for.
        """


class HandlerUnavailable(Exception):
    """The system did not answer. The case stays open; the text names no person and no credential."""


class Registry:
    """The handlers of this installation, filled by the apps in `ready()` and by connectors."""

    def __init__(self) -> None:
        self._fixed: dict[str, Handler] = {}
        self._sources: list[Any] = []

    def register(self, handler: Handler) -> Handler:
        """Add one handler; ValueError where the key is taken."""
        if handler.key in self._fixed:
            raise ValueError(f"The handler key {handler.key} is taken.")
        self._fixed[handler.key] = handler
        return handler

    def register_source(self, source: Any) -> None:
        """Add a callable that returns handlers known only at run time (rows of connectors)."""
        self._sources.append(source)

    def all(self) -> list[Handler]:
        """Every handler, our own tables first, in a stable order."""
        dynamic = [handler for source in self._sources for handler in source()]
        return [*sorted(self._fixed.values(), key=lambda h: h.key), *sorted(dynamic, key=lambda h: h.key)]

    def get(self, key: str) -> Handler:
        """One handler; KeyError where there is none, which the caller must show, never skip."""
        for handler in self.all():
            if handler.key == key:
                return handler
        raise KeyError(key)


handlers = Registry()
