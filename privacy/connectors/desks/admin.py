"""Questions to people in the console: all of them for operators, one's own for who answers."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html

from privacy.connectors.desks import views
from privacy.connectors.desks.kind import Desk
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.vocabulary import QuestionState
from privacy.connectors.models import ConnectedSystem
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.policy.selectors import today


class Desks(admin.SimpleListFilter):
    """By whom is asked: the desks themselves, so that no question is read for them."""

    title = "desk"
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = ConnectedSystem.objects.filter(kind=Desk.code).order_by("label", "key")
        return list(rows.values_list("key", "label"))

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(desk=self.value()) if self.value() else queryset


@admin.register(DeskQuestion, site=console)
class DeskQuestionAdmin(ReadOnlyAdmin):
    """What was asked and what came of it. Whom it is about stands on the page of who answers."""

    list_display = ("label", "ask", "reference", "due_on", "state_word", "answered_at")
    list_display_links = None
    list_filter = ("state", "ask", Desks)
    ordering = ("-asked_at", "id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(views.RIGHT) or request.user.has_perm("dsr.work_subject_request")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("mine/", wrap(views.mine), name="desks_mine"),
            path("<uuid:pk>/answer/", views.question, name="desks_question"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description="state", ordering="state")
    def state_word(self, row: DeskQuestion) -> str:
        is_late = row.state == QuestionState.OPEN and row.due_on < today()
        tone = "danger" if is_late else "warn" if row.state == QuestionState.OPEN else "ok"
        return format_html('<span class="badge badge-{}">{}</span>', tone, row.get_state_display())
