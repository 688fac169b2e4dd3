"""Imports in the console: the history, and the pages of each."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from consent.imports import console_views as views
from consent.imports.models import ConsentImport
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console

TONES = {"applied": "ok", "faulty": "danger", "checked": "warn"}


@admin.register(ConsentImport, site=console)
class ConsentImportAdmin(ReadOnlyAdmin):
    """Every file that was taken in, and what came of it."""

    view_permission = views.RIGHT
    change_list_template = "consent/imports/imports.html"
    list_display = ("made_at", "mapping", "state_word", "lines", "lower", "refused", "ask_again", "applied")
    list_filter = ("state", "mapping")
    ordering = ("-made_at", "-id")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("upload/", views.import_upload, name="imports_upload"),
            path("mappings/", wrap(views.mapping_page), name="imports_mapping"),
            path("<uuid:pk>/list.csv", wrap(views.import_csv), name="imports_csv"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of the import takes the place of the stock form."""
        return views.import_page(request, object_id)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: ConsentImport) -> str:
        tone = TONES.get(row.state, "info")
        return format_html('<span class="badge badge-{}">{}</span>', tone, row.get_state_display())
