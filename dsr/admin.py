"""Subject requests in the legal console: the queue by due date, the case, and its decisions."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html

from dsr import console_answers, console_month
from dsr import console_views as views
from dsr.models import SubjectRequest
from dsr.selectors import clock_in_short, days_left
from dsr.states import OPEN
from privacy.console.site import console
from privacy.kernel import clock

SOON_DAYS = 7


class OpenFirst(admin.SimpleListFilter):
    """What still needs somebody, unless asked for more."""

    title = "state"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("overdue", "Overdue"), ("approval", "Waiting for approval"), ("closed", "Answered"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        choices = list(super().choices(changelist))
        choices[0]["display"] = "Open"
        return choices

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
        match self.value():
            case "overdue":
                return queryset.filter(state__in=OPEN, due_on__lt=today)
            case "approval":
                return queryset.filter(state="prepared")
            case "closed":
                return queryset.exclude(state__in=OPEN)
            case "all":
                return queryset
        return queryset.filter(state__in=OPEN)


@admin.register(SubjectRequest, site=console)
class SubjectRequestAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no brackets at run time
    """The queue. A case is never edited here: every change is an act with a confirmation page."""

    list_display = ("reference", "asked", "state_word", "left", "due_on", "clock_in_words", "channel")
    list_filter = (OpenFirst, "channel")
    search_fields = ("reference",)
    search_help_text = "Search by reference"
    ordering = ("safe_on", "id")
    list_per_page = 50
    change_list_template = "dsr/console/queue.html"
    show_full_result_count = False
    actions = None
    exclude: ClassVar = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SubjectRequest]":
        return super().get_queryset(request).prefetch_related("items__clocks")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("dsr.work_subject_request"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/identity/", wrap(views.identity), name="dsr_identity"),
            path("<uuid:pk>/preview/", wrap(views.preview), name="dsr_preview"),
            path("<uuid:pk>/refuse/", wrap(views.refuse), name="dsr_refuse"),
            path("<uuid:pk>/extend/", wrap(views.extend), name="dsr_extend"),
            path("<uuid:pk>/ask/", wrap(views.ask), name="dsr_ask"),
            path("plan/<uuid:pk>/", wrap(views.plan), name="dsr_plan"),
            path("answer/<uuid:pk>/", wrap(console_answers.answer), name="dsr_answer"),
            path("answer/<uuid:pk>/convert/", wrap(console_answers.convert), name="dsr_convert"),
            path("<uuid:pk>/package/", wrap(console_answers.package), name="dsr_package"),
            path("<uuid:pk>/lift/", wrap(console_answers.lift), name="dsr_lift"),
            path("<uuid:pk>/send/", wrap(console_answers.send), name="dsr_send"),
            path("month/", wrap(console_month.month), name="dsr_month_now"),
            path("month/<int:year>/<int:number>/", wrap(console_month.month), name="dsr_month"),
            path("<uuid:pk>/supplement/", wrap(views.supplement), name="dsr_supplement"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The case page takes the place of the stock form."""
        return views.case(request, object_id)

    @admin.display(description="asked for")
    def asked(self, row: SubjectRequest) -> str:
        return ", ".join(sorted(item.right for item in row.items.all()))

    @admin.display(description="state", ordering="state")
    def state_word(self, row: SubjectRequest) -> str:
        return format_html('<span class="badge badge-{}">{}</span>', row.state, row.get_state_display())

    @admin.display(description="days left", ordering="safe_on")
    def left(self, row: SubjectRequest) -> str:
        left = days_left(row, clock.local_date(clock.now(), settings.KEPT_TIME_ZONE))
        if left is None or row.state not in OPEN:
            return "–"
        tone = "danger" if left < 0 else "warn" if left <= SOON_DAYS else "ok"
        word = f"{-left} over" if left < 0 else f"{left} left"
        return format_html('<span class="badge badge-{}">{}</span>', tone, word)

    @admin.display(description="how it was counted")
    def clock_in_words(self, row: SubjectRequest) -> str:
        in_force = {
            item.pk: max(clocks, key=lambda one: one.number)
            for item in row.items.all()
            if (clocks := [each for each in item.clocks.all() if each.kind == "respond"])
        }
        if not in_force:
            return "–"
        earliest = min(in_force.values(), key=lambda one: one.due_on)
        return format_html("<details><summary>{}</summary>{}</details>", clock_in_short(earliest), earliest.trace)
