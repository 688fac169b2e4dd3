"""The registers in the legal console: recipients, disclosures, and what was refused."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.policy.models import Purpose
from privacy.policy.selectors import today
from privacy.registers import console_views as views
from privacy.registers.models import Disclosure, RecipientFile, RefusedDisclosure
from privacy.registers.rules import file_problem
from privacy.registers.selectors import policy_recipients, taker_of

WORDS = {
    "": ("ok", "in order"),
    "no_contract": ("warn", "no contract"),
    "contract_lapsed": ("danger", "contract lapsed"),
    "no_policy_url": ("danger", "no policy"),
}


class FilesList(ChangeList):
    """Rows that know what their file lacks, by one more statement for the whole page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        kinds = policy_recipients()
        for row in self.result_list:
            row.problem = file_problem(taker_of(row, kinds), today())


@admin.register(RecipientFile, site=console)
class RecipientFileAdmin(ReadOnlyAdmin):
    """Whom data goes to by name, and what binds them."""

    view_permission = views.RIGHT
    change_list_template = "registers/console/recipients.html"
    list_display = ("label", "policy_code", "country", "state_word", "contract_until", "review_on")
    list_filter = ("policy_code",)
    ordering = ("label", "code")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FilesList

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("new/", wrap(views.recipient), name="registers_recipient_new"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        filed = set(RecipientFile.objects.filter(ended_at=None).values_list("policy_code", flat=True))
        missing = [row.label for code, row in policy_recipients().items() if code not in filed]
        return super().changelist_view(request, {"without_file": missing, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.recipient(request, object_id)

    @admin.display(description="state")
    def state_word(self, row: Any) -> str:
        if row.ended_at:
            tone, word = "muted", "ended"
        elif row.review_on < today():
            tone, word = "warn", "review is due"
        else:
            tone, word = WORDS[row.problem]
        return format_html('<span class="badge badge-{}">{}</span>', tone, word)


class Recipients(admin.SimpleListFilter):
    """By whom it went to: those that have a file, so that the ledger is not read for them."""

    title = "recipient"
    parameter_name = "recipient"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, code) for code in RecipientFile.objects.order_by("code").values_list("code", flat=True)]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(recipient=self.value()) if self.value() else queryset


class Purposes(admin.SimpleListFilter):
    """By what it was for: every purpose that a policy has had."""

    title = "purpose"
    parameter_name = "purpose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, code) for code in Purpose.objects.order_by("code").values_list("code", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(purpose=self.value()) if self.value() else queryset


@admin.register(Disclosure, site=console)
class DisclosureAdmin(ReadOnlyAdmin):
    """Every time that data of a person was passed on. Evidence: codes and ids."""

    list_display = ("at", "recipient", "purpose", "categories", "basis", "policy_on")
    list_filter = (Recipients, Purposes)
    ordering = ("-at", "-id")


@admin.register(RefusedDisclosure, site=console)
class RefusedDisclosureAdmin(ReadOnlyAdmin):
    """How often it was refused, and why."""

    list_display = ("day", "recipient", "purpose", "reason", "count")
    list_filter = ("reason", "recipient")
    ordering = ("-day", "recipient", "reason", "id")
