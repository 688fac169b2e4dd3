"""Records that carry an identifier of a person and may be somebody else's: a human says whose they are."""

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privacy.personal_data.contract import Person


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a human said about one record of one system: the person's, or somebody else's."""

    system: str
    table: str
    key: str
    is_theirs: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several records that carry an identifier of a person. `says`: by what a human tells people apart, each
    with its name; in memory and on that page only."""

    table: str
    key: str
    says: tuple[tuple[str, str], ...]


class CandidateHolder(abc.ABC):
    """A handler in whose system several records may carry one identifier. It obeys the rulings of the person."""

    @abc.abstractmethod
    def candidates(self, person: "Person") -> Sequence[Candidate]:
        """The records to be told apart, those that were ruled on included; none where there is but one. Reads only.
        Raises HandlerUnavailable."""
