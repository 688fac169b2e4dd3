"""What a letter is made of. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from dsr.letters.authorities import Authority

DONE = frozenset({"fulfilled", "partly"})
NEEDS_REASON = frozenset({"refused", "partly"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something stays or is not done, in a sentence, and the article that allows it."""

    code: str
    sentence: str
    article: str


@dataclass(frozen=True, slots=True)
class SystemSaid:
    """What one system, or a person for one thing in it, answered: a code of `Answer`. Where it stays, why, in words
    too, and the day of the next look; where it goes by itself, that day."""

    label: str
    answer: str
    reason: Reason | None = None
    words: str = ""
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one right. `systems`: each system, or thing in it, that people answered for."""

    right: str
    outcome: str
    reason: Reason | None = None
    words: str = ""
    systems: tuple[SystemSaid, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemDone:
    """What an erasure did in one system, in records."""

    label: str
    erased: int = 0
    blanked: int = 0
    retained: int = 0
    again: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StayLine:
    """Records of one kind that stay. Without `until` the `note` says when they go, else they go with the case."""

    name: str
    rows: int
    until: dt.date | None = None
    note: str = ""
    is_held: bool = False  # by a legal hold, which is looked at again on `until`


@dataclass(frozen=True, slots=True)
class Stays:
    """What stays for one reason."""

    reason: Reason
    lines: tuple[StayLine, ...]


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """The package of the data that waits for the person."""

    rows: int
    systems: int
    ends_on: dt.date


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers, and how to reach them. `contacts`: what it is for or whose it is, and the address."""

    name: str
    contacts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything that a letter says. `kind`: answer, refusal, extension, identity_question, clarification, fee,
    consequence, appeal_extension, appeal_answer, lifting, acknowledgement, package_way or erased_later. `words`: what
    staff wrote to the person. `due`: right and day, for each right still open. `also`: further laws that count, such
    as the controller's, each with whom to complain to."""

    kind: str
    reference: str
    regime: str
    language: str
    received_on: dt.date
    rights: tuple[str, ...]
    controller: Controller
    authorities: tuple[Authority, ...]
    region: str = ""
    also: tuple[tuple[str, tuple[Authority, ...]], ...] = ()
    name: str = ""
    words: str = ""
    reason: str = ""
    due: tuple[tuple[str, dt.date], ...] = ()
    due_on: dt.date | None = None
    day: dt.date | None = None
    decided: tuple[Decided, ...] = ()
    systems: tuple[SystemDone, ...] = ()
    stays: tuple[Stays, ...] = ()
    package: PackageFacts | None = None
    leaving: tuple[str, str] | None = None  # how the package comes, and how its code
    receipt: tuple[str, str] | None = None
    backup_days: int = 35
    extra: Sequence[tuple[str, str]] = field(default_factory=tuple)  # more sections: heading and text

    @property
    def laws(self) -> tuple[tuple[str, tuple[Authority, ...]], ...]:
        """Every law that the letter answers under, the person's own first, each with whom it names."""
        return ((self.regime, self.authorities), *self.also)

    @property
    def is_declined(self) -> bool:
        """Whether something that was asked for is not done, whole or in part."""
        return any(one.outcome in NEEDS_REASON for one in self.decided)

    @property
    def is_answer(self) -> bool:
        """Whether it decides about what was asked."""
        return self.kind in {"answer", "refusal"}
