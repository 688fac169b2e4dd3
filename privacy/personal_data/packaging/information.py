"""The facts that go with a copy (Article 15(1) and (2) GDPR): asked of whoever knows the policy and the registers.

This floor writes packages and knows neither; `register_describer` fills the gap from above.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from privacy.personal_data.contract import Attachment, Handler, Person, Record


@dataclass(frozen=True, slots=True)
class Held:
    """The rows of one category in one table of the package: `place` is its name there, without folder and ending."""

    handler: Handler
    table: str
    label: str
    category: str
    rows: int
    place: str


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """One heading of the policy's catalogue. `places` are the tables under it; none: nothing held. `parts`: each of
    them with the category by which its rows are told apart."""

    code: str
    label: str
    description: str = ""
    sources: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecipientFacts:
    """A recipient by name. `safeguards`: what makes its transfer lawful, in words; `received` counts what the
    ledger of disclosures has about this person."""

    code: str
    label: str
    role: str
    country: str
    companies: tuple[str, ...] = ()
    safeguards: tuple[str, ...] = ()
    received: int = 0


@dataclass(frozen=True, slots=True)
class Passed:
    """What was passed on to one recipient for one purpose, in the days between."""

    recipient: str
    purpose: str
    categories: tuple[str, ...]
    times: int
    first_on: dt.date
    last_on: dt.date


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values of one name came from: `source` as the person reads it, `times` how many."""

    name: str
    category: str
    source: str
    times: int
    first_on: dt.date
    last_on: dt.date


@dataclass(frozen=True, slots=True)
class Machine:
    """A decision by a machine that touches the person: its logic and what follows from it (Article 15(1)(h))."""

    label: str
    logic: str
    consequence: str
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A document that goes with the answer, such as the clauses that protect a transfer."""

    title: str
    version: str
    about: str
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class Information:
    """All of it. Codes stand for programs, labels for people."""

    controller: str = ""
    policy_on: dt.date | None = None
    contacts: tuple[tuple[str, str], ...] = ()
    categories: tuple[CategoryFacts, ...] = ()
    recipients: tuple[RecipientFacts, ...] = ()
    passed: tuple[Passed, ...] = ()
    origins: tuple[Origin, ...] = ()
    rights: tuple[tuple[str, str], ...] = ()
    complaint: tuple[str, ...] = ()
    machines: tuple[Machine, ...] = ()
    documents: tuple[Document, ...] = ()


class Describer(Protocol):
    """Who knows the policy, the registers and the sources of values."""

    def category_of(self, category: str) -> str:
        """The policy's code for a category of ours or of an outside system; as it is where there is none."""
        ...

    def why_not_portable(self, handler: Handler, record: Record) -> str:
        """A code where Article 20 does not cover the row: `basis`, `derived` or `not_provided`; else nothing."""
        ...

    def describe(self, person: Person, held: Sequence[Held], *, language: str, now: dt.datetime) -> Information:
        """The facts of this person's copy."""
        ...

    def safeguards(self, person: Person, *, language: str) -> tuple[Document, ...]:
        """The documents that protect data sent abroad."""
        ...


_maker: list[Callable[[], Describer]] = []


def register_describer(make: Callable[[], Describer]) -> None:
    """Say who describes: called anew for each package. The last one counts."""
    _maker[:] = [make]


def describer() -> Describer | None:
    """Who describes one package; None where nobody was registered."""
    return _maker[0]() if _maker else None


def as_data(information: Information) -> dict[str, Any]:
    """The facts as plain JSON values, documents by their titles."""
    return {
        "format": "kept-article-15/1",
        "controller": information.controller,
        "policy_on": information.policy_on.isoformat() if information.policy_on else None,
        "contacts": [{"label": label, "address": address} for label, address in information.contacts],
        "categories": [_plain(each) | {"held": bool(each.places)} for each in information.categories],
        "recipients": [_plain(each) for each in information.recipients],
        "disclosures": [_plain(each) for each in information.passed],
        "origins": [_plain(each) for each in information.origins],
        "rights": [{"label": label, "summary": summary} for label, summary in information.rights],
        "complaint": list(information.complaint),
        "automated_decisions": [_plain(each) for each in information.machines],
        "documents": [
            {"title": each.title, "version": each.version, "about": each.about} for each in information.documents
        ],
    }


def _plain(facts: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (each for each in facts.__dataclass_fields__ if each != "parts"):
        value = getattr(facts, name)
        if isinstance(value, dt.date):
            value = value.isoformat()
        found[name] = list(value) if isinstance(value, tuple) else value
    return found
