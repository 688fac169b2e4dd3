"""Intake in the legal console. Lists name nobody; a page that shows a person's data is an act on the log."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.intake import console_views as views
from privacy.intake import publishing_admin
from privacy.intake.models import Collection, IntakeCount, TellTask
from privacy.policy.selectors import today


@admin.register(Collection, site=console)
class CollectionAdmin(ReadOnlyAdmin):
    """Where data came in, under which notice."""

    list_display = ("received_at", "touchpoint", "site", "form", "purpose", "notice_on", "notice_language")
    list_filter = ("touchpoint", "site")
    ordering = ("-received_at", "-id")
    fields = (
        "received_at",
        "touchpoint",
        "site",
        "form",
        "purpose",
        "notice_on",
        "notice_language",
        "minimum_age",
        "masked",
        "asked",
        "subject",
    )


@admin.register(TellTask, site=console)
class TellTaskAdmin(ReadOnlyAdmin):
    """Whom to tell where their data came from, the most urgent first."""

    view_permission = "intake.tell_people"
    list_display = ("due_on", "source", "state_word", "told_at", "how_told")
    list_filter = ("source", ("told_at", admin.EmptyFieldListFilter))
    ordering = ("told_at", "due_on", "id")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Open ones first on both engines: they sort an empty time differently."""
        return super().get_queryset(request).order_by("due_on", "id")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.tell_page(request, object_id)

    @admin.display(description="state", ordering="due_on")
    def state_word(self, row: TellTask) -> str:
        return badge(row, today())


def badge(row: TellTask, on: dt.date) -> str:
    """Where a task stands, in a word."""
    if row.told_at:
        tone, word = "ok", "told"
    elif row.due_on < on:
        tone, word = "danger", "late"
    else:
        tone, word = "warn", "to be told"
    return format_html('<span class="badge badge-{}">{}</span>', tone, word)


@admin.register(IntakeCount, site=console)
class IntakeCountAdmin(ReadOnlyAdmin):
    """What intake masked or refused, in counts."""

    list_display = ("day", "site", "what", "count")
    list_filter = ("what", "site")
    list_display_links = None


__all__ = ["CollectionAdmin", "IntakeCountAdmin", "TellTaskAdmin", "publishing_admin"]
