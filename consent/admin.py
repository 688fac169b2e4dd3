"""Consent in the legal console. Nothing is edited: decisions are evidence."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from consent.console import ground_views, report_views, views
from consent.models import ConsentEvent
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console


@admin.register(ConsentEvent, site=console)
class ConsentEventAdmin(ReadOnlyAdmin):
    """Decisions, one person's timeline, reports, and the export for an authority."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("person/", wrap(views.find_person), name="consent_find_person"),
            path("person/<uuid:pk>/", wrap(views.person), name="consent_person"),
            path("person/<uuid:pk>/ground/<slug:purpose>/", wrap(ground_views.ground), name="consent_ground"),
            path("reports/", wrap(report_views.reports), name="consent_reports"),
            path("reports/table.csv", wrap(report_views.report_table), name="consent_report_table"),
            path("export/", wrap(report_views.export), name="consent_export"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Our own list takes the place of the stock one, which counts every row."""
        return views.events(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The full record takes the place of the stock form."""
        return views.event(request, object_id)
