"""Lists of what is published, in the console: states and dates, and nobody's name."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.intake import publishing_views as views
from privacy.intake.models import CustomerEntry, Promotion, Testimonial
from privacy.intake.models.publishing import Publication
from privacy.intake.vocabulary import PublicState

TONES = {PublicState.RECEIVED: "info", PublicState.PUBLISHED: "ok", PublicState.ENDED: "muted"}


class PublicationAdmin(ReadOnlyAdmin):
    """Base of both kinds."""

    kind = ""
    view_permission = views.RIGHT
    change_list_template = "intake/console/publications.html"
    list_display = ("received_at", "site", "state_word", "published_at", "ended_at", "end_reason")
    list_filter = ("state", "site")
    ordering = ("-received_at", "-id")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("enter/", wrap(views.enter), {"kind": self.kind}, name=f"intake_{self.kind}_enter"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"enter": f"console:intake_{self.kind}_enter", "kind_word": self.kind}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.publication(request, self.kind, object_id)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: Publication) -> str:
        word = row.get_state_display()
        return format_html('<span class="badge badge-{}">{}</span>', TONES[PublicState(row.state)], word.lower())


@admin.register(Testimonial, site=console)
class TestimonialAdmin(PublicationAdmin):
    """What people say about us."""

    kind = "testimonial"


@admin.register(CustomerEntry, site=console)
class CustomerEntryAdmin(PublicationAdmin):
    """Who is named as a customer."""

    kind = "customer"


@admin.register(Promotion, site=console)
class PromotionAdmin(ReadOnlyAdmin):
    """Promotions with their last day."""

    view_permission = views.RIGHT
    change_list_template = "intake/console/publications.html"
    list_display = ("code", "label", "site", "ends_on", "opened_at")
    list_filter = ("site",)
    ordering = ("-ends_on", "code")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("open/", wrap(views.promotion_open), name="intake_promotion_open"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"enter": "console:intake_promotion_open", "kind_word": "promotion"}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.promotion(request, object_id)
