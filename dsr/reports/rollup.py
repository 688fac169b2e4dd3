"""Count the figures of a year once, and again only where a request of that year changed since.

Whatever happens to a request leaves a row of history under a seal, so that seals say which requests changed, however
late that was committed. A year is counted anew as a whole: twice, killed in between, or late, the figures are those of
the rows.
"""

import datetime as dt
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, Subquery

from dsr.models import HistoryRow, SubjectRequest
from dsr.reports import keeping
from dsr.reports.figures import ccpa_7102, report_of
from dsr.reports.keeping import Standing, YearFigures, as_text, from_text
from dsr.reports.models import ReportMark, ReportYear
from dsr.reports.reading import FIRST_YEAR, PLACES, asked_in, beside, of_place
from dsr.reports.tables import HAPPENED
from privacy.audit.models import AuditEvent, Seal, SealMember
from privacy.kernel import clock

NAME = "request_years"
EVERYBODY = "all"
LATE_AFTER = dt.timedelta(minutes=30)  # six counts that did not happen


def count_year(year: int) -> dict[str, YearFigures]:
    """The figures of a year for every place, from the rows."""
    rows = list(asked_in(year))
    stayed, happened = beside(year, set(HAPPENED))
    found = {}
    for place in PLACES:
        mine = list(of_place(rows, place))
        report = report_of(year, mine, of_place(stayed, place))
        found[place] = YearFigures(report, ccpa_7102(year, mine), happened if place == EVERYBODY else {})
    return found


def figures_of(year: int, place: str, *, now: dt.datetime) -> Standing:
    """The figures as they are kept. Counted at once where they are not: before the first count, and for a year
    that no request touches."""
    mark = ReportMark.objects.filter(name=NAME)
    kept = ReportYear.objects.filter(year=year, place=place).annotate(
        as_of=Subquery(mark.values("at")), manner=Subquery(mark.values("manner"))
    )
    found = kept.values_list("figures", "as_of", "changed_at", "manner").first()
    if found is None or found[3] != _manner():
        return Standing(count_year(year)[place], now)
    text, as_of, changed_at, _ = found
    return Standing(from_text(text), as_of, changed_at, is_late=now - as_of > LATE_AFTER)


def count_more(*, now: dt.datetime, progress: Callable[[], None] = lambda: None) -> int:
    """Count every year again that a change since the last count can have touched; how many.

    Reads without a lock, because a year takes a while; whoever finds the mark moved meanwhile writes nothing.
    """
    mark, _ = ReportMark.objects.get_or_create(name=NAME)
    newest = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    counted = {}
    for year in _touched_years(mark, newest, now):
        counted[year] = {place: as_text(figures) for place, figures in count_year(year).items()}
        progress()
    with transaction.atomic():
        same = ReportMark.objects.filter(name=NAME, seal=mark.seal, at=mark.at)
        if same.update(seal=newest, at=now, manner=_manner()) != 1:
            return 0
        for year, places in counted.items():
            for place, text in places.items():
                _keep(year, place, text, now)
    return len(counted)


def _touched_years(mark: ReportMark, newest: int, now: dt.datetime) -> Iterator[int]:
    """From the year in which the oldest of the changed requests was received to this one, or the last one kept."""
    cases = SubjectRequest.objects.filter(is_demo=False)
    if mark.manner == _manner():
        members = SealMember.objects.filter(seal_id__gt=mark.seal, seal_id__lte=newest)
        logged = AuditEvent.objects.filter(evidence_type=HistoryRow._meta.label, id__in=members.values("event_id"))
        rows = HistoryRow.objects.filter(id__in=logged.values("evidence_id"))
        cases = cases.filter(pk__in=rows.values("subject_request_id"))
    first = cases.aggregate(found=Min("received_at"))["found"]
    if first is None:
        return
    last_kept = ReportYear.objects.aggregate(found=Max("year"))["found"] or 0
    yield from range(max(FIRST_YEAR, _year(first)), max(_year(now), last_kept) + 1)


def _keep(year: int, place: str, text: str, now: dt.datetime) -> None:
    row, is_new = ReportYear.objects.get_or_create(
        year=year, place=place, defaults={"figures": text, "changed_at": now}
    )
    if not is_new and row.figures != text:
        ReportYear.objects.filter(pk=row.pk).update(figures=text, changed_at=now)


def _manner() -> str:
    """What makes figures differ though no request changed: how they are counted, and where a day begins."""
    return f"{keeping.SHAPE} {settings.KEPT_TIME_ZONE}"


def _year(at: dt.datetime) -> int:
    return clock.local_date(at, settings.KEPT_TIME_ZONE).year
