"""The register of legal demands in the console."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.html import format_html

from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.policy.selectors import today
from privacy.registers.demands import console_views as views
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.selectors import waiting

STATES = {
    "filed": ("warn", "waits for two approvals"),
    "once": ("warn", "waits for the second approval"),
    "approved": ("warn", "approved, not carried out"),
    "disclosed": ("ok", "disclosed"),
    "declined": ("muted", "declined"),
}


class Waiting(admin.SimpleListFilter):
    """What waits for an approval."""

    title = "approval"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Waits")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(pk__in=waiting().values("pk")) if self.value() == "yes" else queryset


@admin.register(LegalDemand, site=console)
class LegalDemandAdmin(ReadOnlyAdmin):
    """Who asked for what by which ground; of whom stands on the page of each, whose opening is written down."""

    list_display = ("name", "recipient", "ground", "scope", "dated_on", "state_word", "gag")
    list_filter = (Waiting, "state", "ground")
    ordering = ("-filed_at", "id")
    change_list_template = "demands/console/demands.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(views.FILE) or request.user.has_perm(views.APPROVE)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("new/", wrap(views.new), name="demands_new"), *super().get_urls()]

    def change_view(  # type: ignore[override]  # the package is a file that streams
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        try:
            return views.demand(request, LegalDemand._meta.pk.to_python(object_id))
        except ValidationError:
            raise Http404 from None

    @admin.display(description="demand")
    def name(self, row: LegalDemand) -> str:
        return str(row)

    @admin.display(description="scope")
    def scope(self, row: LegalDemand) -> str:
        return ", ".join(row.categories)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: LegalDemand) -> str:
        return format_html('<span class="badge badge-{}">{}</span>', *STATES[row.state])

    @admin.display(description="gag", ordering="gag_until")
    def gag(self, row: LegalDemand) -> str:
        if row.gag_until is None:
            return "–"
        return f"until {row.gag_until}" if row.gag_until >= today() else f"ended {row.gag_until}"
