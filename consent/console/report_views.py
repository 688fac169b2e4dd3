"""Reports in the console, their table as a file, and the export of evidence for an authority."""

import csv
import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from consent.console.listing import Filter, choices, read_day
from consent.console.views import check_may_look, show
from consent.export.service import export_consent, scope_of
from consent.models import ConsentEvent
from consent.reports.chart import rates_chart
from consent.reports.selectors import DIMENSIONS, STEPS, Asked, Tally, check_range, fitting_step, lines, report
from consent.vocabulary import Door
from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.package import csv_cell

SPAN = dt.timedelta(days=30)
MOST_EVENTS = 100_000  # what one answer of the server may take; more is for the command line
COUNTS = ("given", "permitted", "proven", "refused", "withdrawn", "objected", "overruled", "expired", "requested")
HEADS = ("step", "purpose", "site", "language", *COUNTS, "grant_rate", "withdrawal_rate")


def asked_of(values: Mapping[str, str], now: dt.datetime) -> Asked:
    """What a report is about, from a query; the last 30 days where nothing is said. InvalidInput names the field."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    last = read_day(values, "last") or today
    first = read_day(values, "first") or last - SPAN
    check_range(first, last)
    step = values.get("step", "")
    texts = {name: values.get(name, "").replace("\x00", "")[:60] for name in DIMENSIONS}
    return Asked(first, last, step if step in STEPS else fitting_step(first, last), **texts)


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Yes, no and taken back over time, by purpose, language, site and way."""
    check_may_look(request)
    now, problem = clock.now(), ""
    try:
        asked = asked_of(request.GET, now)
    except InvalidInput as error:
        problem, asked = error.message, asked_of({}, now)
    found = report(asked)
    wanted = Filter(asked.purpose, "", asked.door, asked.site, asked.language, asked.first, asked.last)
    return show(
        request,
        "reports.html",
        "How people decide",
        status=400 if problem else 200,
        problem=problem,
        report=found,
        asked=asked,
        offered=choices(),
        steps=STEPS,
        query=wanted.query(step=asked.step),
        chart=rates_chart(found.over_time, title="Yes above the line; no and taken back below it"),
        dimensions=[(name, found.by[name], dict(choices_of(name))) for name in DIMENSIONS],
    )


def choices_of(name: str) -> list[tuple[str, str]]:
    """Words for codes, where a dimension has them."""
    return [(each.value, each.label) for each in Door] if name == "door" else []


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, text: str) -> str:
        return text


@require_safe
def report_table(request: HttpRequest) -> HttpResponseBase:
    """The report as a table for a spreadsheet, line by line; no cell is a formula."""
    check_may_look(request)
    try:
        asked = asked_of(request.GET, clock.now())
    except InvalidInput as error:
        return HttpResponse(error.message, status=400, content_type="text/plain; charset=utf-8")
    sheet = csv.writer(_Echo())
    rows: Iterator[Any] = (sheet.writerow([csv_cell(cell) for cell in row]) for row in _table(asked))
    name = f"decisions-{asked.first}-{asked.last}.csv"
    return StreamingHttpResponse(
        rows,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _table(asked: Asked) -> Iterator[tuple[Any, ...]]:
    yield HEADS
    for label, purpose, site, language, tally in lines(asked):
        counts = [tally.of(status) for status in COUNTS]
        yield (label, purpose, site, language, *counts, *_rates(tally))


def _rates(tally: Tally) -> tuple[str, str]:
    """Both rates with four places; empty where there is nothing to divide by."""
    return (
        "" if tally.grant_rate is None else f"{tally.grant_rate:.4f}",
        "" if tally.withdrawal_rate is None else f"{tally.withdrawal_rate:.4f}",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def export(request: HttpRequest) -> HttpResponseBase:
    """The evidence of a time for an authority, as one file. A POST makes it; the act stands in the log."""
    check_may_look(request)
    now = clock.now()
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    values: dict[str, Any] = {"first": today - dt.timedelta(days=364), "last": today}
    if request.method != "POST":
        return show(request, "export.html", "Evidence for an authority", values=values)
    try:
        first, last = read_day(request.POST, "first"), read_day(request.POST, "last")
        if first is None or last is None:
            raise InvalidInput("Say from which day to which.", field="first")
        values = {"first": first, "last": last}
        scope = scope_of(first, last)
        in_scope = ConsentEvent.objects.filter(at__gte=scope.since, at__lt=scope.until)
        if len(in_scope.values_list("pk")[: MOST_EVENTS + 1]) > MOST_EVENTS:
            raise DomainError(
                f"These are more than {MOST_EVENTS} decisions. Ask an operator: manage.py export_consent, with the "
                "same days, writes any number of them.",
                code="too_many",
            )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "export.zip"
            export_consent(out=path, scope=scope, actor=staff_actor(request), now=now)
            file = path.open("rb")  # closed by the answer; the name is gone with the folder
    except DomainError as error:
        return show(
            request, "export.html", "Evidence for an authority", status=400, values=values, problem=error.message
        )
    name = f"evidence-of-consent-{first}-{last}.zip"
    return FileResponse(file, as_attachment=True, filename=name, headers={"Cache-Control": "no-store"})
