"""Campaigns in the console."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from consent.mailing import console_views as views
from consent.mailing.campaigns.audience import ALLOWED
from consent.mailing.models import Campaign
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console

TONES = {"draft": "info", "sending": "warn", "sent": "ok", "stopped": "danger"}


@admin.register(Campaign, site=console)
class CampaignAdmin(ReadOnlyAdmin):
    """What is sent to everybody who allows a topic. A campaign has its own page."""

    view_permission = "mailing.send_campaign"
    change_list_template = "consent/console/campaigns.html"
    list_display = ("subject_line", "purpose", "state_word", "created_at", "started_at", "copies")
    list_filter = ("state", "purpose")
    ordering = ("-created_at",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("write/", wrap(views.write), name="mailing_campaign_write"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of the campaign takes the place of the stock form."""
        return views.campaign_page(request, object_id)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: Campaign) -> str:
        return format_html('<span class="badge badge-{}">{}</span>', TONES[row.state], row.get_state_display())

    @admin.display(description="copies queued")
    def copies(self, row: Campaign) -> int:
        return row.counts.get("sending", {}).get(ALLOWED, 0)
