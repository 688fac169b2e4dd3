"""What the preferences page shows, put together in a fixed number of queries and in the reader's language."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_lazy as _

from consent.columns import standing_of
from consent.downstream import downstream_by_purpose
from consent.easing import FEWER, can_ease
from consent.models import Preference
from consent.page_words import BASIS, GROUPS, SIGNALS, Text, channel_words
from consent.rules import Decision, Standing, Terms, decide
from consent.selectors import preferences_of
from consent.terms import terms_in_force, terms_of, version_in_force
from consent.vocabulary import Door
from consent.wording import wordings_of
from privacy.jobs.webhooks.selectors import Downstream
from privacy.policy.document import PurposeEntry
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import document_of
from privacy.policy.texts import PolicyTexts, PurposeTexts, Words, texts_of
from privacy.policy.vocabulary import Group, Switch

OBJECTION, NEEDED = "objection", "needed"
TITLES: Mapping[str, Text] = {
    **{group: title for group, title in GROUPS.items() if group != Group.SERVICE},
    OBJECTION: _("Your right to object"),
    NEEDED: GROUPS[Group.SERVICE],
}
LEADS: Mapping[str, Text] = {
    OBJECTION: _(
        "For these uses we do not ask for consent: we rely on a legitimate interest. You have the right to object to "
        "each of them, at any time and without giving a reason."
    ),
    NEEDED: _("These uses have no switch, because the contract or the law needs them. They never carry advertising."),
}


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One way to reach the person, where a purpose has several."""

    code: str
    label: Text
    decision: Decision


@dataclass(frozen=True, slots=True)
class Line:
    """One purpose on the page."""

    code: str
    switch: Switch
    group: str
    texts: PurposeTexts
    basis: Text
    categories: list[Words]
    recipients: list[Words]
    decision: Decision
    channels: list[ChannelLine]
    since: dt.datetime | None = None
    paused_until: dt.datetime | None = None
    is_slowed: bool = False
    can_ease: bool = False
    signal: Text = ""
    mark: str = ""  # of the text, for a yes to name; none on a draft, where nothing can be pressed
    downstream: Downstream | None = None

    @property
    def is_locked(self) -> bool:
        return self.switch is Switch.LOCKED

    @property
    def is_objection(self) -> bool:
        return self.switch is Switch.OBJECTION

    @property
    def state(self) -> str:
        """In one word why it is as it is: what the sentence under the buttons is chosen by."""
        if self.only:
            return "only"
        if self.signal and not self.decision.allowed:
            return "signal"
        return "permitted" if self.decision.reason == "not_objected" and self.since else self.decision.reason

    @property
    def is_on(self) -> bool:
        """Allowed, also where a pause holds it back: the permission stands."""
        return self.decision.allowed or self.decision.reason == "paused"

    @property
    def only(self) -> list[Text]:
        """The channels that are allowed, where not all are."""
        allowed = [one.label for one in self.channels if one.decision.allowed]
        return allowed if len(allowed) < len(self.channels) else []


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines; `code` is its place on the page."""

    code: str
    title: Text
    lead: Text
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page's choices, and what its history needs to name them."""

    version: PolicyVersion
    sections: list[Section]
    preferences: Mapping[str, list[Preference]]

    @property
    def lines(self) -> Iterator[Line]:
        for section in self.sections:
            yield from section.lines

    @property
    def switches(self) -> int:
        return sum(1 for line in self.lines if not line.is_locked)


def sheet_for(
    subject_ids: Sequence[uuid.UUID], *, language: str, now: dt.datetime, draft: PolicyVersion | None = None
) -> Sheet:
    """Every purpose under its heading: of the version in force, or of a draft that somebody looks at.
    NotFound where no policy is in force."""
    version = draft or version_in_force()
    texts, terms = texts_of(version, language), terms_of(draft) if draft else terms_in_force()
    preferences = preferences_of(subject_ids) if subject_ids else {}
    told = downstream_by_purpose(subject_ids) if subject_ids else {}
    found: dict[str, list[Line]] = {}
    for entry in document_of(version).purposes:
        if entry.code in terms:
            line = _line(entry, terms[entry.code], texts, preferences.get(entry.code, []), now)
            mark = "" if draft else wordings_of(version.pk)[entry.code].mark(language)
            line = replace(line, downstream=told.get(entry.code), mark=mark)
            found.setdefault(_place(line), []).append(line)
    sections = [
        Section(code, title, LEADS.get(code, ""), found[code]) for code, title in TITLES.items() if code in found
    ]
    return Sheet(version, sections, preferences)


def _place(line: Line) -> str:
    if line.is_locked:
        return NEEDED
    return OBJECTION if line.is_objection else line.group


def _line(entry: PurposeEntry, terms: Terms, texts: PolicyTexts, mine: list[Preference], now: dt.datetime) -> Line:
    standings = [standing_of(one) for one in mine]
    decision = decide(terms, standings, now=now)
    several = entry.channels if len(entry.channels) > 1 and entry.switch is not Switch.LOCKED else ()
    paused = [one.paused_until for one in mine if one.paused_until and one.paused_until > now]
    return Line(
        code=entry.code,
        switch=entry.switch,
        group=entry.group,
        texts=texts.purposes[entry.code],
        basis=BASIS[entry.basis],
        categories=[texts.categories[code] for code in entry.categories],
        recipients=[texts.recipients[code] for code in entry.recipients],
        decision=decision,
        channels=[_channel(one, terms, standings, now) for one in several],
        since=max((one.changed_at for one in mine), default=None),
        paused_until=max(paused, default=None),
        is_slowed=any(one.pace == FEWER for one in mine),
        can_ease=can_ease(terms, standings, now),
        signal=_signal(decision, mine),
    )


def _channel(code: str, terms: Terms, standings: Sequence[Standing], now: dt.datetime) -> ChannelLine:
    return ChannelLine(code, channel_words(code), decide(terms, standings, channel=code, now=now))


def _signal(decision: Decision, mine: Sequence[Preference]) -> Text:
    """The signal that decided, in words; nothing where none did."""
    decided = next((one for one in mine if one.event_id == decision.event_id and one.door == Door.SIGNAL), None)
    return SIGNALS.get(decided.source, decided.source) if decided else ""
