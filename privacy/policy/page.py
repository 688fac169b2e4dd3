"""What the public policy page shows, put together from the document without a query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise as LaterText
from django.utils.translation import gettext_lazy as _

from privacy.policy.board import is_on
from privacy.policy.catalog import Promise, promises
from privacy.policy.document import (
    CategoryEntry,
    ContradictionEntry,
    DocumentEntry,
    PolicyDocument,
    PurposeEntry,
    RecipientEntry,
    RetentionEntry,
    SignalEntry,
    TransferEntry,
)
from privacy.policy.figures import Figure
from privacy.policy.vocabulary import Basis, Mechanism, RecipientRole, RetentionAction, Switch, Treatment

SECTIONS = (  # anchor, heading, what of the document must be there for the section to stand
    ("audiences", "Whom this is for", "audiences"),
    ("sites", "Our sites", "sites"),
    ("categories", "Which data", "categories"),
    ("purposes", "What for, and on which basis", "purposes"),
    ("recipients", "Who receives it", "recipients"),
    ("transfers", "Across borders", "transfers"),
    ("retention", "How long it is kept", "retention"),
    ("rights", "What you can ask for", "rights"),
    ("age", "Minimum age", "policy"),
    ("signals", "Browser signals", "signals"),
    ("documents", "Documents beside this policy", "documents"),
    ("contacts", "Where to write", "contacts"),
)
BASIS_WORDS: Mapping[Basis, str | LaterText] = {
    Basis.CONSENT: _("your consent"),
    Basis.LEGITIMATE_INTEREST: _("a legitimate interest"),
    Basis.CONTRACT: _("needed for what you asked for"),
    Basis.LEGAL_OBLIGATION: _("a duty by law"),
    Basis.SOFT_OPT_IN: _("you are a customer, and it is about similar products"),
}
SWITCH_WORDS = {
    Switch.CONSENT: "Off until you allow it. You can withdraw at any time.",
    Switch.OPT_OUT: "You can decline at any time.",
    Switch.OBJECTION: "You can object at any time.",
    Switch.LOCKED: "It has no switch.",
}
ACTION_WORDS = {
    RetentionAction.DELETE: "deleted",
    RetentionAction.ANONYMIZE: "made anonymous",
    RetentionAction.TRUNCATE: "shortened",
}
MECHANISM_WORDS = {
    Mechanism.STANDARD_CLAUSES: "standard contractual clauses",
    Mechanism.ADEQUACY: "a decision that the country protects data as well",
    Mechanism.BINDING_RULES: "binding corporate rules",
}
CHANNEL_WORDS = {"sms": "SMS", "messaging": "messenger", "push": "push message", "web": "on our sites"}


@dataclass(frozen=True, slots=True)
class CategoryLine:
    entry: CategoryEntry
    sources: list[str]
    only_for: list[str]


@dataclass(frozen=True, slots=True)
class PurposeLine:
    entry: PurposeEntry
    basis: str | LaterText
    switch: str
    audiences: list[str]
    categories: list[str]
    recipients: list[str]
    channels: list[str]


@dataclass(frozen=True, slots=True)
class RecipientLine:
    entry: RecipientEntry
    role: str
    categories: list[str]


@dataclass(frozen=True, slots=True)
class TransferLine:
    entry: TransferEntry
    who: str
    mechanism: str
    document: str


@dataclass(frozen=True, slots=True)
class RetentionLine:
    entry: RetentionEntry
    category: str
    after: str
    then: str


@dataclass(frozen=True, slots=True)
class SignalLine:
    """The sentence follows from the treatment (promise S89); nobody writes it."""

    entry: SignalEntry
    sentence: str


@dataclass(frozen=True, slots=True)
class SentenceLine:
    """One sentence, and the live figures that legal shows beside it."""

    text: str
    promises: list[Promise]
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class StatementSection:
    code: str
    heading: str
    sentences: list[SentenceLine]


@dataclass(frozen=True, slots=True)
class PolicyWarning:
    """A contradiction of the policy: staff see it, the public does not."""

    entry: ContradictionEntry
    promises: list[Promise]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page, ready to be written down."""

    document: PolicyDocument
    statements: list[StatementSection]
    categories: list[CategoryLine]
    purposes: list[PurposeLine]
    recipients: list[RecipientLine]
    transfers: list[TransferLine]
    retention: list[RetentionLine]
    signals: list[SignalLine]
    sections: list[tuple[str, str]]
    documents: tuple[DocumentEntry, ...]
    warnings: list[PolicyWarning] = field(default_factory=list)


def page_of(document: PolicyDocument, figures: Mapping[int, Figure], *, with_warnings: bool = False) -> Page:
    """The page of a document. `with_warnings` adds the contradictions, which are for staff."""
    words = _Words(document)
    return Page(
        document=document,
        statements=list(_statements(document, figures)),
        categories=[
            CategoryLine(each, words.of("sources", each.sources), words.of("purposes", each.only_for))
            for each in document.categories
        ],
        purposes=[words.purpose(each) for each in document.purposes],
        recipients=[
            RecipientLine(each, RecipientRole(each.role).label, words.of("categories", each.categories))
            for each in document.recipients
        ],
        transfers=[words.transfer(each) for each in document.transfers],
        retention=[words.period(each) for each in document.retention],
        signals=[SignalLine(each, _signal_sentence(each, document)) for each in document.signals],
        sections=[(anchor, heading) for anchor, heading, part in SECTIONS if getattr(document, part)],
        documents=document.documents if is_on("policy.documents") else (),
        warnings=[PolicyWarning(each, _named(each.promises)) for each in document.contradictions]
        if with_warnings
        else [],
    )


class _Words:
    """The labels of a document by section and code."""

    def __init__(self, document: PolicyDocument) -> None:
        self.labels = {
            name: {each.code: each.label for each in getattr(document, name)}
            for name in ("audiences", "sources", "categories", "purposes", "recipients")
        }
        self.labels["documents"] = {each.code: each.title for each in document.documents}

    def of(self, section: str, codes: Iterable[str]) -> list[str]:
        return [self.labels[section][code] for code in codes]

    def purpose(self, entry: PurposeEntry) -> PurposeLine:
        return PurposeLine(
            entry=entry,
            basis=BASIS_WORDS[Basis(entry.basis)],
            switch=SWITCH_WORDS[entry.switch],
            audiences=self.of("audiences", entry.audiences),
            categories=self.of("categories", entry.categories),
            recipients=self.of("recipients", entry.recipients),
            channels=[CHANNEL_WORDS.get(each, each) for each in entry.channels],
        )

    def transfer(self, entry: TransferEntry) -> TransferLine:
        return TransferLine(
            entry=entry,
            who=self.labels["recipients"].get(entry.recipient, "Our own staff"),
            mechanism=MECHANISM_WORDS[Mechanism(entry.mechanism)],
            document=self.labels["documents"].get(entry.document, ""),
        )

    def period(self, entry: RetentionEntry) -> RetentionLine:
        start = entry.counts_from.removesuffix("_at").removesuffix("_on").replace("_", " ")
        return RetentionLine(
            entry=entry,
            category=self.labels["categories"][entry.category],
            after=f"{entry.days} days after: {start}",
            then=ACTION_WORDS[RetentionAction(entry.action)],
        )


def _statements(document: PolicyDocument, figures: Mapping[int, Figure]) -> Iterable[StatementSection]:
    header = document.policy
    values = {
        "{controller}": header.controller,
        "{effective_on}": header.effective_on.isoformat(),
        "{minimum_age}": str(header.minimum_age),
        "{response_days}": str(header.response_days),
    }
    left = dict(figures)  # a figure stands once, beside the first sentence that makes its promise
    for section in document.statements:
        lines = []
        for sentence in section.sentences:
            text = sentence.text
            for name, value in values.items():
                text = text.replace(name, value)
            shown = [left.pop(number) for number in sentence.promises if number in left]
            lines.append(SentenceLine(text, _named(sentence.promises), shown))
        yield StatementSection(section.code, section.heading, lines)


def _signal_sentence(entry: SignalEntry, document: PolicyDocument) -> str:
    """What the signal does here: made from the setting, never written by hand (promise S89)."""
    if entry.treatment == Treatment.IGNORED:
        return "We do not act on it. Use the preferences page instead."
    off = [each.label for each in document.purposes if entry.code in each.denied_by]
    named = f" It switches off: {'; '.join(off)}." if off else ""
    return f"We honor it: what it denies stays off while your browser sends it, whatever was allowed before.{named}"


def _named(numbers: Iterable[int]) -> list[Promise]:
    known = promises()
    return [known[number] for number in numbers]
