"""API keys in the console: the list, and the pages of each."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from accounts import console_views as views
from accounts.api_keys import has_successor, is_over
from accounts.models import ApiKey
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.kernel import clock


@admin.register(ApiKey, site=console)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Which systems may ask, for what, until when, and whether they still do."""

    view_permission = views.RIGHT
    change_list_template = "accounts/console/keys.html"
    list_display = ("label", "state_word", "scopes", "made", "ends", "revoked", "used")
    ordering = ("label",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("add/", wrap(views.key_add), name="api_key_add"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of the key takes the place of the stock form."""
        return views.key_page(request, object_id)

    @admin.display(description="state")
    def state_word(self, row: ApiKey) -> str:
        tone, word = "ok", "works"
        if row.revoked_at:
            tone, word = "danger", "revoked"
        elif is_over(row, clock.now()):
            tone, word = "info", "over"
        elif has_successor(row):
            tone, word = "warn", "works beside its successor"
        return format_html('<span class="badge badge-{}">{}</span>', tone, word)

    @admin.display(description="made", ordering="created_at")
    def made(self, row: ApiKey) -> str:
        return _minute(row.created_at)

    @admin.display(description="ends", ordering="expires_at")
    def ends(self, row: ApiKey) -> str:
        return _minute(row.expires_at) or "no end"

    @admin.display(description="revoked", ordering="revoked_at")
    def revoked(self, row: ApiKey) -> str:
        return _minute(row.revoked_at)

    @admin.display(description="hour of last use", ordering="last_used_at")
    def used(self, row: ApiKey) -> str:
        return _minute(row.last_used_at) or "never"


def _minute(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""
