"""Authorized agents in the legal console."""

import uuid
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from dsr.drp import console_views as views
from dsr.drp.models import NetworkAgent
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console


@admin.register(NetworkAgent, site=console)
class NetworkAgentAdmin(ReadOnlyAdmin):
    """Who may file for people. An entry changes by a service only."""

    view_permission = views.RIGHT
    change_list_template = "dsr/console/agents.html"
    list_display = ("agent_id", "name", "paired_at", "ended_at")
    ordering = ("agent_id",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("new/", wrap(views.agent_page), name="drp_agent_new"),
            path("<uuid:pk>/end/", wrap(views.agent_end), name="drp_agent_end"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.agent_page(request, uuid.UUID(object_id))
