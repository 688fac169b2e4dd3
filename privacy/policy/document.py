"""The shape of a policy file, as typed entries. Pages, rows and checks are all made from it."""

import dataclasses
import datetime as dt
import functools
import json
from dataclasses import dataclass
from typing import Any

from privacy.kernel.canonical import canonical_json
from privacy.policy import reading as read
from privacy.policy.asking_entries import RegionEntry, SurfaceEntry
from privacy.policy.board import is_on
from privacy.policy.entry import Entry
from privacy.policy.reading import Located, Problem, read_entry
from privacy.policy.vocabulary import (
    Basis,
    Channel,
    Group,
    Mechanism,
    MessageClass,
    RecipientRole,
    RetentionAction,
    Right,
    Switch,
    Treatment,
    switch_for,
)

LAST_PROMISE = 102
CAME_LATER = frozenset({"translations", "regions", "surfaces", "reaffirm", "similar_to", "opt_out_offer", "sensitive"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Header(Entry):
    """What the version is: its date, and the figures that rules are made of."""

    title: str = read.text()
    controller: str = read.text()
    effective_on: dt.date = read.day()
    material: bool = read.flag()
    language: str = read.language()
    minimum_age: int = read.number(0, 21)
    response_days: int = read.number(1, 90)
    change_summary: str = read.text(required=False)
    reaffirm: tuple[str, ...] = read.codes(refers="purposes", required=False)  # their new text is a material change


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Entry):
    """A named thing with a sentence about it: an audience, a source of data."""

    code: str = read.code()
    label: str = read.text()
    description: str = read.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEntry(Entry):
    """An online place. `host` is text: nothing ever connects to it."""

    code: str = read.code()
    label: str = read.text()
    host: str = read.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryEntry(Entry):
    """A kind of personal data; `only_for` binds it to purposes (promise S29). `sensitive`: a special category
    (Article 9 GDPR) or sensitive by another law, such as an exact position (Cal. Civ. Code 1798.140(ae))."""

    code: str = read.code()
    label: str = read.text()
    description: str = read.text()
    sources: tuple[str, ...] = read.codes(refers="sources")
    only_for: tuple[str, ...] = read.codes(refers="purposes", required=False)
    derived: bool = read.flag()
    sensitive: bool = read.flag()


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeEntry(Entry):
    """A use of data, on one legal basis."""

    code: str = read.code()
    label: str = read.text()
    summary: str = read.text()
    group: str = read.choice(Group)
    basis: str = read.choice(Basis)
    audiences: tuple[str, ...] = read.codes(refers="audiences")
    categories: tuple[str, ...] = read.codes(refers="categories")
    recipients: tuple[str, ...] = read.codes(refers="recipients", required=False)
    channels: tuple[str, ...] = read.choices(Channel, required=False)
    message_class: str = read.choice(MessageClass, default="none")
    denied_by: tuple[str, ...] = read.codes(refers="signals", required=False)
    assessment: str = read.code(refers="assessments", required=False)
    consequence: str = read.text(required=False)
    valid_days: int | None = read.number(1, 3660, required=False)
    double_opt_in: bool = read.flag()
    similar_to: str = read.text(required=False)  # soft opt-in: which own products or services
    opt_out_offer: str = read.text(required=False)  # soft opt-in: what was offered when the address was collected
    promises: tuple[int, ...] = read.numbers(1, LAST_PROMISE)

    @property
    def switch(self) -> Switch:
        """What the person can do about it."""
        return switch_for(Basis(self.basis))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientEntry(Entry):
    """Whom data goes to."""

    code: str = read.code()
    label: str = read.text()
    role: str = read.choice(RecipientRole)
    country: str = read.text()
    description: str = read.text()
    categories: tuple[str, ...] = read.codes(refers="categories")


BY_USE = frozenset({"use", "acceptance", "consent_by_use"})


def _mechanism(word: str) -> str:
    """Promise S62: accepting terms, or going on to use something, makes no transfer lawful."""
    if word not in BY_USE:
        return str(read.chooser(Mechanism)(word))
    if is_on("policy.never_by_use"):
        message = "Using or accepting something is never what makes a transfer lawful."
        raise read.Unreadable(message, f"Use one of: {', '.join(Mechanism)}.")
    return word


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferEntry(Entry):
    """Data that crosses a border, and what makes that lawful."""

    code: str = read.code()
    recipient: str = read.code(refers="recipients", required=False)
    origin: str = read.text()
    destination: str = read.text()
    mechanism: str = read.choice(Mechanism, parse=_mechanism)
    document: str = read.code(refers="documents", required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionEntry(Entry):
    """How long one kind of data is kept."""

    code: str = read.code()
    label: str = read.text()
    category: str = read.code(refers="categories")
    days: int = read.number(1, 36600)
    counts_from: str = read.code()
    action: str = read.choice(RetentionAction)
    ground: str = read.code(required=False)
    note: str = read.text(required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RightEntry(Entry):
    """A right, in plain words."""

    code: str = read.choice(Right)
    label: str = read.text()
    summary: str = read.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEntry(Entry):
    """Where to write. `address` is shown as text, never as a link."""

    code: str = read.code()
    label: str = read.text()
    address: str = read.text()
    used_for: str = read.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalEntry(Entry):
    """A browser signal and what it does here (promise S89): the page's sentence is made from it."""

    code: str = read.code()
    label: str = read.text()
    treatment: str = read.choice(Treatment)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentEntry(Entry):
    """The balancing document behind a legitimate interest (promise S49)."""

    code: str = read.code()
    title: str = read.text()
    decided_on: dt.date = read.day()
    interest: str = read.text()
    necessity: str = read.text()
    balance: str = read.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry(Entry):
    """A document that the policy refers to, with the version in force (promise S98)."""

    code: str = read.code()
    title: str = read.text()
    in_force_on: dt.date = read.day()
    paragraphs: tuple[str, ...] = read.texts()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeEntry(Entry):
    """What a person is shown about a purpose when asked."""

    purpose: str = read.code(refers="purposes")
    language: str = read.language()
    text: str = read.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeWords(Entry):
    """A purpose in another language than the main one."""

    code: str = read.code()
    label: str = read.text()
    summary: str = read.text()
    consequence: str = read.text(required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelWords(Entry):
    """A category or a recipient in another language than the main one."""

    code: str = read.code()
    label: str = read.text()


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationEntry(Entry):
    """What the preferences page says in one more language. Notices stand in their own section; what is
    missing here is shown in the main language."""

    language: str = read.language()
    purposes: tuple[PurposeWords, ...] = read.rows(PurposeWords, required=False)
    categories: tuple[LabelWords, ...] = read.rows(LabelWords, required=False)
    recipients: tuple[LabelWords, ...] = read.rows(LabelWords, required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceEntry(Entry):
    """One sentence of the public text and the promises that it makes."""

    text: str = read.text()
    promises: tuple[int, ...] = read.numbers(1, LAST_PROMISE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry(Entry):
    """A section of the public text."""

    code: str = read.code()
    heading: str = read.text()
    sentences: tuple[SentenceEntry, ...] = read.rows(SentenceEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionEntry(Entry):
    """Where the policy says two things at once, and which one is followed: a warning to staff."""

    code: str = read.code()
    says: str = read.text()
    against: str = read.text()
    followed: str = read.text()
    promises: tuple[int, ...] = read.numbers(1, LAST_PROMISE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument(Entry):
    """A whole policy file."""

    policy: Header = read.section(Header)
    audiences: tuple[Term, ...] = read.rows(Term)
    sites: tuple[SiteEntry, ...] = read.rows(SiteEntry)
    sources: tuple[Term, ...] = read.rows(Term)
    categories: tuple[CategoryEntry, ...] = read.rows(CategoryEntry)
    signals: tuple[SignalEntry, ...] = read.rows(SignalEntry)
    regions: tuple[RegionEntry, ...] = read.rows(RegionEntry, required=False)
    assessments: tuple[AssessmentEntry, ...] = read.rows(AssessmentEntry, required=False)
    purposes: tuple[PurposeEntry, ...] = read.rows(PurposeEntry)
    notices: tuple[NoticeEntry, ...] = read.rows(NoticeEntry)
    surfaces: tuple[SurfaceEntry, ...] = read.rows(SurfaceEntry, required=False)
    recipients: tuple[RecipientEntry, ...] = read.rows(RecipientEntry)
    transfers: tuple[TransferEntry, ...] = read.rows(TransferEntry, required=False)
    retention: tuple[RetentionEntry, ...] = read.rows(RetentionEntry)
    rights: tuple[RightEntry, ...] = read.rows(RightEntry)
    contacts: tuple[ContactEntry, ...] = read.rows(ContactEntry)
    documents: tuple[DocumentEntry, ...] = read.rows(DocumentEntry)
    translations: tuple[TranslationEntry, ...] = read.rows(TranslationEntry, required=False)
    statements: tuple[StatementEntry, ...] = read.rows(StatementEntry)
    contradictions: tuple[ContradictionEntry, ...] = read.rows(ContradictionEntry, required=False)
    live_figures: tuple[int, ...] = read.numbers(1, LAST_PROMISE, required=False)

    def to_json(self) -> str:
        """The canonical text: equal for files that differ in layout and comments only.

        A section that came later is left out while it is empty: older files keep their digest.
        """
        return canonical_json(_without_lines(dataclasses.asdict(self)))

    def treatment_of(self, signal: str) -> Treatment:
        """What a browser signal does; one that the policy does not name is ignored."""
        found = [each.treatment for each in self.signals if each.code == signal]
        return Treatment(found[0]) if found else Treatment.IGNORED


def _without_lines(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if key != "line" and (each or key not in CAME_LATER)}
        return {key: _without_lines(each) for key, each in kept.items()}
    if isinstance(value, list | tuple):
        return [_without_lines(each) for each in value]
    return value


@functools.lru_cache(maxsize=8)
def from_json(document: str) -> PolicyDocument:
    """The typed document of a stored version; ValueError where it is none."""
    problems: list[Problem] = []
    found = read_entry(PolicyDocument, Located.of(json.loads(document)), "", problems)
    if found is None:
        raise ValueError(f"The stored policy cannot be read: {problems[0]}")
    return found
