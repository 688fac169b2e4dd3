"""The policy in the console: its versions, publishing a draft, and the promise board."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.policy import console_views as views
from privacy.policy import drafting_views as drafting
from privacy.policy import editing_views as editing
from privacy.policy import purpose_views as purposes
from privacy.policy.console_pages import may_look
from privacy.policy.models import PolicyVersion


@admin.register(PolicyVersion, site=console)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Every version. Nothing is edited: a new text is a new file, publishing is an act of its own page."""

    change_list_template = "policy/console/versions.html"
    list_display = ("effective_on", "state_word", "material", "loaded_at", "published_at", "change_summary")
    list_filter = ("state", "is_material")
    ordering: ClassVar = ("-effective_on",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PolicyVersion]":
        """Without the two long texts, which the list does not show."""
        return super().get_queryset(request).defer("source", "document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("promises/", wrap(views.board), name="policy_promises"),
            path("promises/ask/", wrap(views.ask_again), name="policy_ask_promises"),
            path("promises/<int:number>/figure/", wrap(views.figure), name="policy_figure"),
            path("start/", wrap(drafting.start), name="policy_start"),
            path("<uuid:pk>/edit/", wrap(editing.workbench), name="policy_edit"),
            path("<uuid:pk>/edit/<slug:section>/", wrap(editing.edit_entry), name="policy_edit_section"),
            path("<uuid:pk>/edit/<slug:section>/<str:key>/", wrap(editing.edit_entry), name="policy_edit_entry"),
            path("purposes/", wrap(purposes.purpose_list), name="policy_purposes"),
            path("purposes/<slug:code>/", wrap(purposes.purpose_page), name="policy_purpose"),
            path("<uuid:pk>/lint/", wrap(drafting.lint_page), name="policy_lint"),
            path("<uuid:pk>/review/", wrap(drafting.review), name="policy_review"),
            path("<uuid:pk>/file/", wrap(drafting.file), name="policy_file"),
            path("<uuid:pk>/import/", wrap(drafting.import_file), name="policy_import"),
            path("<uuid:pk>/publish/", wrap(views.publish), name="policy_publish"),
            path("<uuid:pk>/discard/", wrap(views.discard), name="policy_discard"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of the version takes the place of the stock form."""
        return views.version_page(request, object_id)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: PolicyVersion) -> str:
        tone = "ok" if row.is_published else "warn"
        return format_html('<span class="badge badge-{}">{}</span>', tone, row.get_state_display())

    @admin.display(description="material change", boolean=True, ordering="is_material")
    def material(self, row: PolicyVersion) -> bool:
        return row.is_material
