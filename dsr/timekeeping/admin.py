"""Calendars in the console: what was added to them, by whom."""

from django.contrib import admin
from django.urls import URLPattern, path

from dsr.timekeeping import console_views as views
from dsr.timekeeping.models import CalendarDay
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console


@admin.register(CalendarDay, site=console)
class CalendarDayAdmin(ReadOnlyAdmin):
    """Every entry, the newest first."""

    view_permission = views.RIGHT
    list_display = ("number", "calendar", "on", "kind", "name", "at")
    list_filter = ("calendar", "kind")
    ordering = ("-number",)
    change_list_template = "timekeeping/entries.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("add/", wrap(views.add), name="timekeeping_add"),
            path("recount/", wrap(views.recount), name="timekeeping_recount"),
            *super().get_urls(),
        ]
