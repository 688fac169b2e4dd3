"""Subject requests in the legal console: the queue by due date, the case, and its decisions."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html

from dsr import (
    console_answers,
    console_attachments,
    console_clocks,
    console_correct,
    console_decide,
    console_letters,
    console_month,
    console_tasks,
    console_thread,
    console_whose,
)
from dsr import console_views as views
from dsr.console_aside import as_duplicates, as_spam
from dsr.console_away import away_urls
from dsr.console_evidence import evidence_urls
from dsr.console_identity import identity_urls
from dsr.console_list import AfterRow, NewMessages, OnDay, OpenFirst, QueueList, found_by_reference, order_of
from dsr.console_package import package_urls
from dsr.console_queue import AssignForm, ByRight, Law, OnGround, Owner, Register, give_selected, queue_urls
from dsr.console_referral import referral_urls
from dsr.console_reports import report_urls
from dsr.models import SubjectRequest
from dsr.opendsr.console_views import opendsr_urls
from dsr.saved_views.console_views import row_of, saved_view_urls, start_address
from dsr.selectors import clock_in_short, days_left
from dsr.states import OPEN
from dsr.timekeeping.forecasting import Forecast, forecasts
from privacy.console.long_lists import CappedPaginator
from privacy.console.site import console
from privacy.kernel import clock

SOON_DAYS = 7


@admin.register(SubjectRequest, site=console)
class SubjectRequestAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no brackets at run time
    """The queue. A case is never edited here: every change is an act with a confirmation page."""

    list_display = ("reference", "asked", "state_word", "left", "due_on", "forecast", "clock_in_words", "channel")
    list_filter = (AfterRow, OnDay, OpenFirst, Owner, NewMessages, Register, OnGround, ByRight, Law, "channel")
    search_fields = ("reference",)
    search_help_text = "By the beginning of a reference, or a whole email address, which stands in no link."
    paginator = CappedPaginator
    list_per_page = 50
    change_list_template = "dsr/console/queue.html"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a question for each choice of each filter, over every request
    actions = (give_selected, as_spam, as_duplicates)
    action_form = AssignForm
    exclude: ClassVar = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SubjectRequest]":
        return super().get_queryset(request).prefetch_related("items__clocks")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return order_of(request)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """By the beginning of the reference, which an index knows."""
        return found_by_reference(request, queryset, search_term), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[QueueList]:
        return QueueList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The bare address opens the start view, where somebody has chosen one."""
        if request.method not in {"GET", "HEAD"} or not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        row = row_of(request, self)
        if not request.GET and (address := start_address(request, row, self)):
            return redirect(address)
        return super().changelist_view(request, {"title": "Subject requests", "views": row, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The page's rows, each with its forecast."""
        found: Any = super().get_changelist_instance(request)
        order = found.result_list.query.order_by
        # An index alone answers which stand on the page. Django cuts only where there is more than one: with the cut,
        # the database knows that few come.
        keys = found.result_list.values("pk")
        keys = keys if keys.query.is_sliced else keys[: found.list_per_page]
        rows: list[Any] = list(self.get_queryset(request).filter(pk__in=keys).order_by(*order))
        known = forecasts(rows, clock.now())
        for row in rows:
            row.forecast_of_page = known.get(row.pk)
        if rows and "o" not in request.GET:  # behind a row there is only what the list's own order puts there
            found.follow_url = found.get_query_string({"after": rows[-1].pk}, ["p"])
        found.result_list = rows
        return found

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
            *identity_urls(wrap),
            *evidence_urls(wrap),
            *referral_urls(wrap),
            *opendsr_urls(wrap),
            *report_urls(wrap),
            *queue_urls(wrap),
            *saved_view_urls(wrap),
            *package_urls(wrap),
            *away_urls(wrap),
            *console_decide.urls(wrap),
            path("<uuid:pk>/preview/", wrap(views.preview), name="dsr_preview"),
            path("<uuid:pk>/whose/", wrap(console_whose.whose), name="dsr_whose"),
            path("<uuid:pk>/refuse/", wrap(views.refuse), name="dsr_refuse"),
            path("<uuid:pk>/extend/", wrap(views.extend), name="dsr_extend"),
            path("<uuid:pk>/law/", wrap(console_clocks.law), name="dsr_law"),
            path("<uuid:pk>/assign/", wrap(console_clocks.assign), name="dsr_assign"),
            path("<uuid:pk>/ask/", wrap(console_clocks.ask), name="dsr_ask"),
            path("<uuid:pk>/answered/", wrap(console_clocks.answered), name="dsr_answered"),
            path("plan/<uuid:pk>/", wrap(views.plan), name="dsr_plan"),
            path("answer/<uuid:pk>/", wrap(console_answers.answer), name="dsr_answer"),
            path("answer/<uuid:pk>/convert/", wrap(console_answers.convert), name="dsr_convert"),
            path("<uuid:pk>/package/", wrap(console_answers.package), name="dsr_package"),
            path("<uuid:pk>/lift/", wrap(console_answers.lift), name="dsr_lift"),
            path("<uuid:pk>/correct/", wrap(console_correct.correct), name="dsr_correct"),
            path("<uuid:pk>/tasks/", wrap(console_tasks.tasks), name="dsr_tasks"),
            path("<uuid:pk>/send/", wrap(console_answers.send), name="dsr_send"),
            path("attachment/<uuid:pk>/", wrap(console_attachments.attachment), name="dsr_attachment"),
            path(
                "attachment/<uuid:pk>/<int:number>.png",
                wrap(console_attachments.attachment_page),
                name="dsr_attachment_page",
            ),
            path("<uuid:pk>/seen/", wrap(console_thread.seen), name="dsr_seen"),
            path("<uuid:pk>/message/", wrap(console_thread.note), name="dsr_message"),
            path("<uuid:pk>/letters/<uuid:letter>/", wrap(console_letters.letter), name="dsr_letter"),
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

    @admin.display(description="forecast")
    def forecast(self, row: SubjectRequest) -> str:
        found: Forecast | None = getattr(row, "forecast_of_page", None)
        if found is None:
            return "–"
        return format_html('<span class="badge badge-{}" title="{}">{}</span>', found.tone, found.sentence, found.word)

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
