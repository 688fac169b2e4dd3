"""What a person is told about the signals of their browser: whether they count, and what they switch off."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from consent.models import ConsentEvent, Preference
from consent.rules import RAISED
from consent.signals.models import Act, SignalEvent
from consent.signals.reading import LABELS
from consent.signals.rules import against, is_by_signal
from consent.terms import terms_in_force
from consent.wording import wordings_of
from privacy.kernel.languages import MAIN
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import current_version, document_of, purposes
from privacy.policy.texts import PurposeTexts, texts_of
from privacy.policy.vocabulary import Treatment


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal: does this browser send it now, do we honor it, and since when is it on record here?"""

    code: str
    label: str
    is_honored: bool
    is_sent: bool
    since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DeniedLine:
    """One purpose that a signal switches off. `allowed_at`: when the person allowed it before the signal came
    (a conflict to answer). `is_allowed`: allowed with the signal in view."""

    code: str
    texts: PurposeTexts
    mark: str
    by: str
    is_allowed: bool
    allowed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class SignalStatus:
    """Everything that the pages show; `headline` is the status that the Californian rules want displayed."""

    lines: list[SignalLine]
    denied: list[DeniedLine]

    @property
    def is_processed(self) -> bool:
        """Whether an opt-out by a signal is in force, by this request or on record."""
        return any(line.is_honored and (line.is_sent or line.since) for line in self.lines)

    @property
    def conflicts(self) -> list[DeniedLine]:
        return [line for line in self.denied if line.allowed_at]


def signal_status(
    members: Sequence[uuid.UUID],
    signals: Collection[str],
    version: PolicyVersion | None = None,
    *,
    language: str = MAIN,
) -> SignalStatus:
    """For these subjects of one person (none: nobody we know) and the signals of this request. `version`: the
    policy in force, where it is at hand."""
    version = version or current_version()
    noted = _noted(members)
    lines = [
        SignalLine(
            code=each.code,
            label=LABELS.get(each.code, each.label),
            is_honored=each.treatment == Treatment.HONORED,
            is_sent=each.code in signals,
            since=noted.get(each.code),
        )
        for each in document_of(version).signals
    ]
    standing = {line.code for line in lines if line.is_honored and (line.is_sent or line.since)}
    terms = terms_in_force()
    rows = {row.code: row for row in purposes(version)} if standing else {}
    codes = {code: by for code in rows if (by := against(terms[code], standing))}
    preferences, conflicts = _said(members, codes)
    texts, wordings = texts_of(version, language).purposes, wordings_of(version.pk) if codes else {}
    denied = [
        DeniedLine(
            code=code,
            texts=texts[code],
            mark=wordings[code].mark(language),
            by=" + ".join(LABELS[signal] for signal in by),
            is_allowed=bool(preferences.get(code)) and preferences[code] <= set(RAISED),
            allowed_at=conflicts.get(code),
        )
        for code, by in codes.items()
    ]
    return SignalStatus(lines, denied)


def _noted(members: Sequence[uuid.UUID]) -> dict[str, dt.datetime]:
    if not members:
        return {}
    rows = SignalEvent.objects.filter(subject_id__in=members, act=Act.HONORED).order_by("-at")
    return dict(rows.values_list("signal", "at"))  # the earliest comes last and stays


def _said(members: Sequence[uuid.UUID], codes: Collection[str]) -> tuple[dict[str, set[str]], dict[str, dt.datetime]]:
    """The person's standing statuses by purpose, and when a purpose had been allowed that a signal ended.

    A conflict is open until the person answers it, or decides anything newer about the purpose.
    """
    if not members or not codes:
        return {}, {}
    rows = list(Preference.objects.filter(subject_id__in=members, purpose__in=codes, channel=""))
    statuses: dict[str, set[str]] = {}
    for row in rows:
        statuses.setdefault(row.purpose, set()).add(row.status)
    events = ConsentEvent.objects.filter(pk__in=[row.event_id for row in rows], previous__in=RAISED)
    ended = {event.purpose: event for event in events if is_by_signal(event.door, event.source_kind)}
    if not ended:
        return statuses, {}
    kept = SignalEvent.objects.filter(subject_id__in=members, act=Act.KEPT, purpose__in=ended)
    answered = {(row.purpose) for row in kept if row.at >= ended[row.purpose].at}
    given = ConsentEvent.objects.filter(subject_id__in=members, purpose__in=ended, status__in=RAISED, channel="")
    allowed = {event.purpose: event.at for event in given.order_by("at")}
    return statuses, {code: allowed[code] for code in ended if code in allowed and code not in answered}
