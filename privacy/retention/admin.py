"""Retention in the legal console: holds, rules, and the runs with their counts."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.kernel import clock
from privacy.retention import console_views as views
from privacy.retention.models import DisposalRun, LegalHold


@admin.register(LegalHold, site=console)
class LegalHoldAdmin(ReadOnlyAdmin):
    """Holds, the open ones with their date of review. The reason is on the page of the hold only."""

    view_permission = "retention.manage_holds"
    change_list_template = "retention/console/holds.html"
    list_display = ("placed", "ground", "state_word", "review_on")
    list_filter = ("ground",)
    ordering = ("released_at", "-opened_at")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("place/", wrap(views.hold_place), name="retention_hold_place"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of the hold takes the place of the stock form."""
        return views.hold_page(request, object_id)

    @admin.display(description="placed", ordering="opened_at")
    def placed(self, row: LegalHold) -> str:
        return clock.local_date(row.opened_at, settings.KEPT_TIME_ZONE).isoformat()

    @admin.display(description="state", ordering="released_at")
    def state_word(self, row: LegalHold) -> str:
        if row.released_at:
            tone, word = "info", "released"
        elif row.review_on < clock.local_date(clock.now(), settings.KEPT_TIME_ZONE):
            tone, word = "danger", "review is due"
        else:
            tone, word = "ok", "stands"
        return format_html('<span class="badge badge-{}">{}</span>', tone, word)


@admin.register(DisposalRun, site=console)
class DisposalRunAdmin(ReadOnlyAdmin):
    """What was disposed of, when, and what was only counted."""

    view_permission = "retention.switch_rules"
    change_list_template = "retention/console/runs.html"
    list_display = ("started_at", "code", "kind", "state", "due", "held", "removed", "cutoff")
    list_filter = ("code", "is_dry_run", "state")
    ordering = ("-started_at",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("rules/", wrap(views.rule_list), name="retention_rules"),
            path("rules/<slug:code>/<slug:act>/", wrap(views.rule_act), name="retention_rule_act"),
            *super().get_urls(),
        ]

    @admin.display(description="kind", ordering="is_dry_run")
    def kind(self, row: DisposalRun) -> str:
        return "dry run" if row.is_dry_run else "run"
