"""What is held about one person: per system and table, with counts and what Article 15 asks for.

Source: Article 15(1) GDPR: purposes, categories, recipients, period, origin.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from dsr.grounds import GROUNDS
from privacy.kernel.countries import country_in
from privacy.kernel.errors import NotFound
from privacy.kernel.languages import MAIN
from privacy.pages.my_data.words import column_words, days_words, since_words
from privacy.personal_data.contract import Found, Handler, HandlerUnavailable, Person, handlers
from privacy.personal_data.declaring import Declaration
from privacy.personal_data.disposals import disposables
from privacy.personal_data.model_handler import ModelHandler
from privacy.policy.document import PolicyDocument, RecipientEntry
from privacy.policy.page import BASIS_WORDS
from privacy.policy.selectors import current_version, document_of
from privacy.policy.texts import PolicyTexts, Words, texts_of
from privacy.policy.vocabulary import Basis

OWN = "kept"
AS_LONG_AS_ASKED = _("No fixed end: until your account is erased.")


@dataclass(frozen=True, slots=True)
class TableLine:
    """One table of ours that holds something of the person. `basis` is the sentence after `why`."""

    key: str
    label: str
    rows: int
    why: Words
    basis: str
    kept: list[str]
    recipients: list[Words]


@dataclass(slots=True)
class Group:
    """The tables of one category of the policy. `sources`: where such data comes from."""

    label: Words
    description: Words
    sources: list[Words]
    tables: list[TableLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OutsideSystem:
    """A connected system. `is_silent`: it did not answer, so nobody knows what it holds."""

    label: str
    tables: Sequence[Found]
    is_silent: bool = False

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


@dataclass(slots=True)
class Overview:
    """`nothing_in`: our own tables that were asked and hold nothing."""

    groups: list[Group] = field(default_factory=list)
    nothing_in: list[str] = field(default_factory=list)
    outside: list[OutsideSystem] = field(default_factory=list)
    policy_on: dt.date | None = None
    response_days: int = 0

    @property
    def rows(self) -> int:
        own = sum(table.rows for group in self.groups for table in group.tables)
        return own + sum(system.rows for system in self.outside)

    @property
    def silent(self) -> list[str]:
        return [system.label for system in self.outside if system.is_silent]


def overview_of(person: Person) -> Overview:
    """Ask every system; the reasons come from the policy in force, if there is one."""
    words = PolicyWords.in_force()
    result = Overview(policy_on=words.effective_on, response_days=words.response_days)
    groups: dict[str, Group] = {}
    for handler in handlers.all():
        if handler.system != OWN:
            result.outside.append(_ask(handler, person))
            continue
        rows = sum(found.rows for found in handler.find(person))
        if not rows:
            result.nothing_in.append(gettext(handler.label))
        elif isinstance(handler, ModelHandler):
            declared = handler.declaration
            group = groups.setdefault(declared.category, words.group(declared.category))
            group.tables.append(words.line(declared, rows))
    result.groups = [groups[code] for code in sorted(groups, key=words.place)]
    result.nothing_in.sort()
    return result


def _ask(handler: Handler, person: Person) -> OutsideSystem:
    try:
        return OutsideSystem(handler.label, handler.find(person))
    except HandlerUnavailable:
        return OutsideSystem(handler.label, (), is_silent=True)


class PolicyWords:
    """The labels and sentences of one policy version; codes in words where there is no policy."""

    def __init__(
        self, document: PolicyDocument | None, texts: PolicyTexts | None, effective_on: dt.date | None
    ) -> None:
        self.effective_on, self._texts = effective_on, texts
        self._language = document.policy.language if document else MAIN
        self.response_days = document.policy.response_days if document else 0
        self._sources = {each.code: each for each in document.sources} if document else {}
        self._categories = {each.code: each for each in document.categories} if document else {}
        self._purposes = {each.code: each for each in document.purposes} if document else {}
        self._recipients = {each.code: each for each in document.recipients} if document else {}
        self._periods = {each.code: each for each in document.retention} if document else {}

    @classmethod
    def in_force(cls) -> "PolicyWords":
        """Of the version in force today, in one query."""
        try:
            version = current_version()
        except NotFound:
            return cls(None, None, None)
        return cls(document_of(version), texts_of(version, get_language() or MAIN), version.effective_on)

    @property
    def purposes(self) -> dict[str, str]:
        return {code: each.label.text for code, each in self._texts.purposes.items()} if self._texts else {}

    def place(self, category: str) -> int:
        """Where a category stands in the policy; what it does not name comes last."""
        codes = list(self._categories)
        return codes.index(category) if category in codes else len(codes)

    def group(self, category: str) -> Group:
        entry = self._categories.get(category)
        if entry is None or self._texts is None:
            return Group(_spoken(column_words(category)), _spoken(""), [])
        sources = [self._sources[code] for code in entry.sources]
        told = [Words(f"{each.label}: {each.description}", self._language) for each in sources]
        return Group(self._texts.categories[category], Words(entry.description, self._language), told)

    def line(self, declared: Declaration, rows: int) -> TableLine:
        return TableLine(
            key=declared.key,
            label=gettext(declared.label),
            rows=rows,
            why=self._why(declared),
            basis=self._basis(declared),
            kept=self._kept(declared),
            recipients=self._who(declared),
        )

    def periods_of(self, category: str) -> list[str]:
        """How long the policy keeps data of a category, in sentences."""
        found = [each for each in self._periods.values() if each.category == category]
        return [_period(each.days, since_words(each.counts_from)) for each in found]

    def _why(self, declared: Declaration) -> Words:
        texts = self._texts.purposes.get(declared.purpose) if self._texts else None
        if texts is None:
            return _spoken(f"{column_words(declared.purpose)}.")
        return Words(f"{texts.label}: {texts.summary}", texts.summary.language)

    def _basis(self, declared: Declaration) -> str:
        entry = self._purposes.get(declared.purpose)
        return gettext("Legal basis: %(basis)s.") % {"basis": BASIS_WORDS[Basis(entry.basis)]} if entry else ""

    def _who(self, declared: Declaration) -> list[Words]:
        entry = self._purposes.get(declared.purpose)
        found = [self._recipients[code] for code in entry.recipients] if entry else []
        return [self._recipient(each) for each in found]

    def _recipient(self, entry: RecipientEntry) -> Words:
        name = self._texts.recipients[entry.code] if self._texts else Words(entry.label, self._language)
        return Words(f"{name.text} ({country_in(name.language, entry.country)})", name.language)

    def _kept(self, declared: Declaration) -> list[str]:
        sentences = []
        for rule in disposables():
            entry = self._periods.get(rule.period)
            if rule.model is not declared.model or entry is None:
                continue
            start = since_words(rule.column if rule.column_is == "start" else entry.counts_from)
            sentences.append(_period(entry.days, start))
        on_erase = declared.on_erase
        if on_erase.kind == "retain":
            why = on_erase.note or (GROUNDS[on_erase.ground].sentence if on_erase.ground in GROUNDS else "")
            sentences.append(f"{_outlasts(declared)} {gettext(why) if why else ''}".strip())
        return list(dict.fromkeys(sentences)) or [str(AS_LONG_AS_ASKED)]


def _spoken(text: str) -> Words:
    return Words(text, get_language() or MAIN)


def _period(days: int, start: str) -> str:
    return gettext("%(period)s from %(start)s.") % {"period": days_words(days), "start": start}


def _outlasts(declared: Declaration) -> str:
    days, start = declared.on_erase.days, since_words(declared.on_erase.anchor.rpartition("__")[2])
    if not days:
        return gettext("It outlasts an erasure of your other data until %(start)s.") % {"start": start}
    text = gettext("It outlasts an erasure of your other data until %(period)s from %(start)s.")
    return text % {"period": days_words(days), "start": start}
