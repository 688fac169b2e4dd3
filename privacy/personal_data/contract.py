"""The contract that everything holding personal data fulfils: our own tables and outside systems alike.

A handler answers five questions about one person: what do you find, what is it (export), what would
an action do (plan), do a bounded piece of it (apply_chunk), and is it really so (verify). It may
answer *not offered* with a reason, never nothing. A bare "done" does not exist: every result is
counts of removed, retained (ground, until), residual (what, why, who must act) or nothing held.
"""

import abc
import contextlib
import datetime as dt
import enum
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from privacy.personal_data.candidates import Ruling


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

    Handlers of our own tables go by `subject_ids`, outside systems by `identities`, and by what a human ruled about
    records that several people may share an identifier in.
    """

    subject_ids: tuple[uuid.UUID, ...]
    identities: tuple[Identity, ...] = ()
    rulings: tuple[Ruling, ...] = ()

    def ruled(self, system: str) -> dict[tuple[str, str], bool]:
        """(table, key) → whether the record is the person's, where a human said so."""
        return {(each.table, each.key): each.is_theirs for each in self.rulings if each.system == system}

    def values(self, kind: str) -> tuple[str, ...]:
        """The identifiers of one kind."""
        return tuple(identity.value for identity in self.identities if identity.kind == kind)


@dataclass(frozen=True, slots=True)
class Found:
    """How many rows of one table concern the person. A table with none is reported with 0."""

    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a row. `chunks` opens it anew and gives its plain bytes piece by piece."""

    name: str
    media_type: str
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Record:
    """One row of an export. `row` holds plain JSON values; nothing of other people, no secret. A package takes
    `attachment` in under the hash of its content and names it in the row."""

    table: str
    category: str
    row: Mapping[str, Any]
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What would happen to one table: the unit of preview, approval and execution.

    `keys` are the frozen row keys (text of the primary key; composite keys as JSON lists), in order;
    approval stores them encrypted. `fields` are those that are overwritten. `ground` (code) and
    `until` are required where something stays: with RETAIN the whole row, with ANONYMIZE the fields
    in `kept_fields`. `note` is a sentence for a person. `is_held`: a legal hold keeps it, until somebody
    releases that hold; `until` is then the day on which the hold is looked at again.
    """

    table: str
    treatment: Treatment
    keys: tuple[str, ...]
    fields: tuple[str, ...] = ()
    kept_fields: tuple[str, ...] = ()
    ground: str = ""
    until: dt.date | None = None
    note: str = ""
    is_held: bool = False
    old: tuple[str, ...] = ()  # for rectify: the different values that stand there now

    @property
    def rows(self) -> int:
        return len(self.keys)


SUPPLEMENT = "supplementary approval"  # who acts on rows that nobody approved: a plan of only those


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
class Wish:
    """What is to be corrected: `category` as data maps name it ("user.name"), its `new` value, and the `wrong` one
    where only that is to go; empty: whatever stands there."""

    category: str
    new: str
    wrong: str = ""

    def concerns(self, value: object) -> bool:
        """Whether a value is to be replaced."""
        text = "" if value is None else str(value)
        if text == self.new:
            return False
        return not self.wrong or text.strip().casefold() == self.wrong.strip().casefold()


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What a chunk did. `changed` counts rows that got new values; `already_done` counts keys found done by an
    earlier attempt."""

    removed: int = 0
    anonymized: int = 0
    retained: int = 0
    already_done: int = 0
    changed: int = 0
    residuals: tuple[Residual, ...] = ()


class Handler(abc.ABC):
    """One holder of personal data: a model of ours, or a whole outside system.

    `key` is stable and unique ("accounts.LoginEvent", "shop"); `system` groups handlers on pages
    ("kept" for our own tables); `label` is what a person reads. `is_transactional` is true where
    apply_chunk writes to our own database and so joins the caller's transaction. `place` is the country in which an
    outside system keeps its data, where somebody said so.
    """

    key: str
    system: str
    label: str
    is_transactional: bool = True
    place: str = ""

    @abc.abstractmethod
    def find(self, person: Person) -> Sequence[Found]:
        """Count what is held, table by table; a table without rows is listed with 0."""

    def tables(self, person: Person) -> Sequence[str]:
        """The tables that `find` lists, for who needs no counts: a handler that knows them need not look."""
        return [found.table for found in self.find(person)]

    @abc.abstractmethod
    def export(self, person: Person) -> Iterator[Record]:
        """Stream every row about the person, without secrets, staff notes or other people."""

    @abc.abstractmethod
    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        """Describe what `action` would do. Reads only."""

    @abc.abstractmethod
    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """Carry out one chunk. Running it twice equals running it once."""

    def apply_together(self, chunks: Sequence[Chunk]) -> Sequence[ChunkResult] | None:
        """Carry out all of these in one transaction of the outside system, or none of them; None where it cannot, and
        they are sent one by one, in their order. Running it twice equals running it once."""
        return None

    @abc.abstractmethod
    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        """Ask again by an independent path: what is still there that the plan does not retain?

        After an erasure the identifiers of our own tables are gone, so `person` is the one that the
        plan was made for.
        """

    def plan_keys(self, person: Person, table: TablePlan, *, now: dt.datetime) -> HandlerPlan:
        """What an erasure would do today to exactly these rows, by key: rows that an earlier erasure kept, which
        nothing else may lead to any more. Rows that are gone are in no table of the answer. Reads only.
        """
        return HandlerPlan(
            self.key, Action.ERASE, not_offered="It cannot be asked about single rows; somebody erases them there."
        )

    def plan_beyond(self, person: Person, plan: HandlerPlan, approved: HandlerPlan, *, now: dt.datetime) -> HandlerPlan:
        """Today's `plan` of an erasure, and what only `verify` can find beyond `approved`. Reads only."""
        return plan

    def recognize(self, kind: str, algorithm: str, digests: Sequence[str]) -> Mapping[str, str] | None:
        """Which of these unsalted hashes (sha256, sha1 or md5, in small hexadecimal digits) are those of an identifier
        that it holds: hash → the identifier, normalized. None where it cannot compare hashes. Reads only, and keeps
        nothing of it."""
        return None

    def correctable(self) -> tuple[str, ...]:
        """The categories of data that it can correct by itself; none where people have to."""
        return ()

    def plan_correction(self, person: Person, wish: Wish, *, now: dt.datetime) -> HandlerPlan:
        """Which rows of the person a correction would change, and what stands there now. Reads only. After the
        chunks were applied the same question shows whether anything is left."""
        return HandlerPlan(
            self.key, Action.RECTIFY, not_offered="It cannot be corrected from here; somebody does it there."
        )


@dataclass(frozen=True, slots=True)
class Mandate:
    """A permission to charge again that a processor holds for a person. `key` names it there, `says` is for them."""

    key: str
    says: str


class MandateHolder(abc.ABC):
    """A handler whose system may charge people again."""

    @abc.abstractmethod
    def mandates(self, person: Person) -> Sequence[Mandate]:
        """The mandates of the person. Raises HandlerUnavailable."""

    @abc.abstractmethod
    def revoke(self, person: Person, key: str) -> str:
        """End one of the person's own, and say how the system answered: `ended`, or `not_held` for one that is gone
        or another's. Running it twice equals running it once. Raises HandlerUnavailable."""


_answering: ContextVar[bool] = ContextVar("answering", default=False)


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Within it a copy is put together that somebody has a right to. Only then may a handler that has to ask another
    company do so; elsewhere it shows what it knows already."""
    token = _answering.set(True)
    try:
        yield
    finally:
        _answering.reset(token)


def is_answering() -> bool:
    """Whether a copy is being put together."""
    return _answering.get()


class HandlerUnavailable(Exception):
    """The system did not answer. The case stays open; the text names no person and no credential."""


class Registry:
    """The handlers of this installation, filled by the apps in `ready()` and by connectors."""

    def __init__(self) -> None:
        self._fixed: dict[str, Handler] = {}
        self._sources: list[Any] = []
        self._reserving: list[Callable[[], Mapping[str, str]]] = []

    def register(self, handler: Handler) -> Handler:
        """Add one handler; ValueError where the key is taken."""
        if handler.key in self._fixed:
            raise ValueError(f"The handler key {handler.key} is taken.")
        self._fixed[handler.key] = handler
        return handler

    def register_source(self, source: Any) -> None:
        """Add a callable that returns handlers known only at run time (rows of connectors)."""
        self._sources.append(source)

    def register_reserved(self, reserving: Callable[[], Mapping[str, str]]) -> None:
        """Add a callable that says which systems hold the data of other companies' people: key → whose."""
        self._reserving.append(reserving)

    def reserved(self) -> dict[str, str]:
        """The systems that nobody of ours is looked up in: key → the company whose people stand there."""
        return {key: whose for reserving in self._reserving for key, whose in reserving().items()}

    def all(self) -> list[Handler]:
        """Every handler that is asked about our own people, our own tables first, in a stable order."""
        return self._with(self._reserving)

    def everything(self) -> list[Handler]:
        """As `all`, and the systems of other companies' people: for who names the systems that are meant."""
        return self._with(())

    def _with(self, reserving: Sequence[Callable[[], Mapping[str, str]]]) -> list[Handler]:
        dynamic = [handler for source in self._sources for handler in source()]
        theirs = {key for each in reserving for key in each()} if dynamic else set()
        dynamic = [handler for handler in dynamic if handler.key not in theirs]
        return [*sorted(self._fixed.values(), key=lambda h: h.key), *sorted(dynamic, key=lambda h: h.key)]

    def get(self, key: str) -> Handler:
        """One handler of everything; KeyError where there is none, which the caller must show, never skip."""
        for handler in self.everything():
            if handler.key == key:
                return handler
        raise KeyError(key)


handlers = Registry()
