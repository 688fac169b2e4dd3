"""The register of places in the legal console, and as a file."""

import csv
import io

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from privacy.console.site import console
from privacy.personal_data.packaging.archive import csv_cell
from privacy.registers.safeguards.places import HEADS, Place, places

RIGHT = "registers.manage_recipients"


def _read(request: HttpRequest) -> list[Place]:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    return places()


@never_cache
@require_safe
def places_page(request: HttpRequest) -> HttpResponse:
    """Every system and recipient with its place, what is to be mended first."""
    rows = sorted(_read(request), key=lambda row: not row.problem)
    bad = sum(bool(row.problem) for row in rows)
    context = {"title": "Places and transfers", "heads": HEADS, "rows": rows, "bad": bad}
    return render(request, "registers/console/places.html", {**console.each_context(request), **context})


@never_cache
@require_safe
def places_file(request: HttpRequest) -> HttpResponse:
    """The same as CSV, for the record of processing activities."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(HEADS)
    lines.writerows([csv_cell(cell) for cell in row.cells] for row in _read(request))
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="places-and-transfers.csv"'
    return answer
