"""Reports in the console: figures of a year as a page with charts, and as CSV. Nobody is named in them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dsr.console_pages import show
from dsr.reports.reading import PLACES, check_year
from dsr.reports.rollup import figures_of
from dsr.reports.tables import as_csv, tables_of
from privacy.console.charts import bar_chart
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

YEARS_OFFERED = 6


def report_urls(wrap: Any) -> list[URLPattern]:
    """The pages of reports, below the queue."""
    return [
        path("reports/", wrap(reports), name="dsr_reports"),
        path("reports/<int:year>.csv", wrap(reports_csv), name="dsr_reports_csv"),
    ]


@never_cache
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The figures of `?year=`, the present year without one; `?place=california` counts people there alone."""
    this_year = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE).year
    year, place = _asked_for(request, request.GET.get("year", str(this_year)))
    standing = figures_of(year, place, now=clock.now())
    return show(
        request,
        "reports.html",
        f"Reports for {year}",
        year=year,
        place=place,
        places=PLACES,
        standing=standing,
        years=range(this_year, this_year - YEARS_OFFERED, -1),
        charts=[
            (title, bar_chart(list(counts.items()), title=f"{title} in {year}"))
            for title, counts in (
                ("Requests received by month", standing.figures.report.received_by_month),
                ("Rights answered by month", standing.figures.report.answered_by_month),
            )
        ],
        tables=tables_of(standing),
    )


@never_cache
@require_safe
def reports_csv(request: HttpRequest, year: int) -> HttpResponse:
    """The same tables as a file."""
    year, place = _asked_for(request, str(year))
    tables = tables_of(figures_of(year, place, now=clock.now()))
    answer = HttpResponse(as_csv(tables), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="requests-{year}-{place}.csv"'
    return answer


def _asked_for(request: HttpRequest, year: str) -> tuple[int, str]:
    if not request.user.has_perm("dsr.work_subject_request"):
        raise PermissionDenied
    place = request.GET.get("place", "all")
    if place not in PLACES or not (year.isascii() and year.isdecimal()) or len(year) != len("2026"):
        raise Http404
    try:
        return check_year(int(year)), place
    except DomainError:
        raise Http404 from None
