"""The person's own history: what was decided, by whom, through which door, on which text."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from consent.models import ConsentEvent, Preference
from consent.page import Line, Sheet
from consent.page_words import DOORS, STATUSES, Text, channel_words
from consent.rules import undoing
from consent.vocabulary import EASING, Status
from privacy.kernel.languages import NAMES
from privacy.policy.texts import Words

ON_A_PAGE = 12


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event in the reader's words. `undo` is the act that takes it back, where one may."""

    event: ConsentEvent
    label: Words
    channel: Text
    status: Text
    door: Text
    language: str
    undo: str
    mark: str = ""  # of the text beside which it would be taken back


@dataclass(frozen=True, slots=True)
class History:
    """One page of it, the newest first. `older` is the last event shown, where there are more."""

    lines: list[HistoryLine]
    older: uuid.UUID | None
    is_later_page: bool


def history_for(
    subject_ids: Sequence[uuid.UUID], sheet: Sheet, *, may_raise: bool, before: uuid.UUID | None = None
) -> History:
    """One page of what the person decided; `before` is the last event of the page before it.

    Whose event `before` is does not matter: only this person's own are shown.
    """
    if not subject_ids:
        return History([], None, is_later_page=False)
    rows = ConsentEvent.objects.filter(subject_id__in=subject_ids)
    start = rows.filter(pk=before).first() if before else None
    if start:
        rows = rows.filter(Q(at__lt=start.at) | Q(at=start.at, pk__lt=start.pk))
    found = list(rows.order_by("-at", "-id")[: ON_A_PAGE + 1])
    known = {line.code: line for line in sheet.lines}
    lines = [_line(one, known.get(one.purpose), sheet, may_raise=may_raise) for one in found[:ON_A_PAGE]]
    older = found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else None
    return History(lines, older, is_later_page=start is not None)


def _line(event: ConsentEvent, line: Line | None, sheet: Sheet, *, may_raise: bool) -> HistoryLine:
    return HistoryLine(
        event=event,
        label=line.texts.label if line else Words(event.purpose, ""),
        channel=channel_words(event.channel) if event.channel else "",
        status=STATUSES.get(event.status, event.status),
        door=DOORS.get(event.door, event.door),
        language=NAMES.get(event.notice_language, event.notice_language),
        mark=line.mark if line else "",
        undo=_undo(event, line, sheet.preferences.get(event.purpose, []), may_raise=may_raise),
    )


def _undo(event: ConsentEvent, line: Line | None, mine: Sequence[Preference], *, may_raise: bool) -> str:
    """Only the newest decision is taken back, and only by a door that may do what taking it back means."""
    if line is None:
        return ""
    if event.status in EASING:
        is_so = (
            event.status == Status.PAUSED and event.until == line.paused_until and line.paused_until is not None
        ) or (event.status == Status.SLOWED and line.is_slowed)
        return "resume" if is_so and may_raise else ""
    if not any(one.event_id == event.pk for one in mine):
        return ""
    back = undoing(line.switch, status=event.status, previous=event.previous)
    return "undo" if back is not None and (may_raise or not back) else ""
