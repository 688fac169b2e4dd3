"""Reviews in the console: the list, and the pages of each."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from dsr.review import console_documents as documents
from dsr.review import console_views as views
from dsr.review.models import Review
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console

TONES = {"open": "warn", "approved": "ok", "ended": "muted"}


@admin.register(Review, site=console)
class ReviewAdmin(ReadOnlyAdmin):
    """Every review, the open ones first."""

    view_permission = views.RIGHT
    list_display = ("reference", "state_word", "opened_at", "approved_at")
    list_filter = ("state",)
    list_select_related = ("subject_request",)
    search_fields = ("subject_request__reference",)
    search_help_text = "Search by reference"
    ordering = ("-opened_at", "-id")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("case/<uuid:pk>/", wrap(views.begin), name="review_begin"),
            path("document/<uuid:pk>/", wrap(documents.document_page), name="review_document"),
            path("document/<uuid:pk>/picture/", wrap(documents.picture), name="review_picture"),
            path("<uuid:pk>/add/", views.add, name="review_add"),
            path("<uuid:pk>/approve/", wrap(views.approve), name="review_approve"),
            path("<uuid:pk>/collect/", wrap(views.collect), name="review_collect"),
            path("<uuid:pk>/log.csv", wrap(views.log), name="review_log"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The queue of the review takes the place of the stock form."""
        return views.review_page(request, object_id)

    @admin.display(description="request", ordering="subject_request__reference")
    def reference(self, row: Review) -> str:
        return row.subject_request.reference

    @admin.display(description="state", ordering="state")
    def state_word(self, row: Review) -> str:
        return format_html('<span class="badge badge-{}">{}</span>', TONES[row.state], row.get_state_display())
