"""What the preferences page shows, put together in a fixed number of queries."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from consent.columns import standing_of
from consent.models import ConsentEvent
from consent.rules import Decision, decide, undoing
from consent.selectors import history_of, preferences_of
from consent.terms import terms_in_force
from privacy.policy.models import Notice, Purpose
from privacy.policy.selectors import categories, current_version, notices, purposes, recipients
from privacy.policy.vocabulary import Group, Switch

BASIS_WORDS = {
    "consent": "Only with your consent. You can withdraw it at any time; what happened before stays lawful.",
    "legitimate_interest": "We have a legitimate interest. You can object at any time.",
    "contract": "Needed to provide what you asked for, so it has no switch.",
    "legal_obligation": "The law demands it, so it has no switch.",
    "soft_opt_in": "For customers, about similar products. You can decline at any time.",
}
GROUP_TITLES = {
    Group.MESSAGES: "Messages to you",
    Group.MEASUREMENT: "Measuring",
    Group.PUBLICATION: "Showing you in public",
    Group.SHARING: "Sharing with others",
    Group.SERVICE: "Needed for the service",
}


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One way to reach the person, where a purpose has several."""

    code: str
    decision: Decision

    @property
    def label(self) -> str:
        return "SMS" if self.code == "sms" else self.code.capitalize()


@dataclass(frozen=True, slots=True)
class Line:
    """One purpose on the page."""

    purpose: Purpose
    notice: Notice
    decision: Decision
    basis_words: str
    categories: list[str]
    recipients: list[str]
    since: dt.datetime | None
    yes: str
    no: str
    channels: list[ChannelLine]

    @property
    def only(self) -> list[str]:
        """The channels that are allowed, where not all are."""
        allowed = [one.label for one in self.channels if one.decision.allowed]
        return allowed if len(allowed) < len(self.channels) else []

    @property
    def is_locked(self) -> bool:
        return self.purpose.switch is Switch.LOCKED


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event in the person's own words."""

    event: ConsentEvent
    label: str
    can_undo: bool


def sections_for(subject_ids: Sequence[uuid.UUID], *, language: str, now: dt.datetime) -> list[Section]:
    """Every purpose under its heading, what the person can change first."""
    version = current_version()
    texts = notices(language, version)
    words = {row.code: row.label for row in categories(version)}
    takers = {row.code: row.label for row in recipients(version)}
    terms = terms_in_force()
    standing = preferences_of(subject_ids)
    lines: dict[str, list[Line]] = {}
    for row in purposes(version):
        row.version = version
        mine = standing.get(row.code, [])
        given = [standing_of(one) for one in mine]
        several = row.channels if len(row.channels) > 1 and row.switch is not Switch.LOCKED else []
        line = Line(
            purpose=row,
            notice=texts[row.code],
            decision=decide(terms[row.code], given, now=now),
            basis_words=BASIS_WORDS[row.basis],
            categories=[words[code] for code in row.categories if code in words],
            recipients=[takers[code] for code in row.recipients if code in takers],
            since=max((p.changed_at for p in mine), default=None),
            yes="Allow" if row.switch is not Switch.OBJECTION else "Do not object",
            no="Decline" if row.switch is not Switch.OBJECTION else "Object",
            channels=[ChannelLine(one, decide(terms[row.code], given, channel=one, now=now)) for one in several],
        )
        lines.setdefault(row.group, []).append(line)
    return [Section(title, lines[group]) for group, title in GROUP_TITLES.items() if group in lines]


def history_lines(
    subject_ids: Sequence[uuid.UUID], sections: Sequence[Section], *, may_raise: bool
) -> list[HistoryLine]:
    """The person's own history with the names of the purposes; the newest of each may be undone."""
    known = {line.purpose.code: line.purpose for section in sections for line in section.lines}
    lines: list[HistoryLine] = []
    seen: set[tuple[str, str]] = set()
    for event in history_of(subject_ids):
        row = known.get(event.purpose)
        is_newest = (event.purpose, event.channel) not in seen
        seen.add((event.purpose, event.channel))
        back = undoing(row.switch, status=event.status, previous=event.previous) if row and is_newest else None
        can_undo = back is not None and (may_raise or not back)
        lines.append(HistoryLine(event, row.label if row else event.purpose, can_undo))
    return lines
