"""Outside systems in the console: which there are, whether they answer, and a test by hand."""

import json
import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from privacy.connectors.kinds import SQL, kind_of
from privacy.connectors.models import ConnectedSystem, Health, SystemState
from privacy.console.decorators import staff_actor
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.personal_data.contract import handlers

RIGHT = "connectors.manage_systems"
LIST = "console:connectors_connectedsystem_changelist"
TONES = {Health.GOOD: "ok", Health.FAULTY: "danger", Health.UNKNOWN: "warn"}


@admin.register(ConnectedSystem, site=console)
class ConnectedSystemAdmin(ReadOnlyAdmin):
    """Every system that is or was asked about people."""

    view_permission = RIGHT
    list_display = ("label", "key", "kind_word", "state", "health_word", "checked_at")
    list_filter = ("state", "health", "kind")
    ordering = ("label", "key")
    exclude = ("url", "secrets")

    @admin.display(description="kind", ordering="kind")
    def kind_word(self, row: ConnectedSystem) -> str:
        return kind_word(row)

    @admin.display(description="health", ordering="health")
    def health_word(self, row: ConnectedSystem) -> str:
        return format_html(
            '<span class="badge badge-{}">{}</span>', TONES[Health(row.health)], row.get_health_display()
        )

    def get_urls(self) -> list[URLPattern]:
        own = path("<uuid:object_id>/map/", console.admin_view(_map_page), name="connectors_map")
        return [own, *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One system: how it stands; a POST tests it, or stops asking it."""
        return system_page(request, object_id)


def _map_page(request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
    from privacy.connectors.map_page import map_page  # noqa: PLC0415 - loads what talks to databases

    return map_page(request, object_id)


def kind_word(row: ConnectedSystem) -> str:
    """The kind in words; its code where this version of Kept does not know it any more."""
    try:
        return "SQL database" if row.kind == SQL else kind_of(row.kind).label
    except DomainError:
        return row.kind


def system_page(request: HttpRequest, object_id: str) -> HttpResponse:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    try:
        row = get_object_or_404(ConnectedSystem, pk=uuid.UUID(object_id))
    except ValueError:
        return redirect(LIST)
    if request.method == "POST":
        return _act(request, row)
    context = {
        "title": row.label,
        "row": row,
        "kind": kind_word(row),
        "whose": handlers.reserved().get(row.key, ""),
        "options": json.loads(row.options),
        "checks": json.loads(row.checks),
        "tone": TONES[Health(row.health)],
        "has_map": row.kind == SQL,
        "is_connected": row.state == SystemState.CONNECTED,
    }
    return render(request, "connectors/console/system.html", {**console.each_context(request), **context})


def _act(request: HttpRequest, row: ConnectedSystem) -> HttpResponse:
    actor, now = staff_actor(request), clock.now()
    if request.POST.get("act") == "disconnect":
        if request.POST.get("typed", "").strip() != row.key:
            messages.error(request, f"Type {row.key} to stop asking this system.")
            return redirect(request.path)
        from privacy.connectors.services import disconnect_system  # noqa: PLC0415 - loads what talks to databases

        try:
            disconnect_system(key=row.key, actor=actor, now=now)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(request.path)
        messages.success(request, "It is no longer asked. What it holds stays there.")
        return redirect(LIST)
    from privacy.connectors.self_tests import run_self_test  # noqa: PLC0415 - loads what talks to databases

    checks = run_self_test(system=row, actor=actor, now=now)
    bad = sum(not check.is_good for check in checks)
    if bad:
        messages.error(request, f"{bad} of {len(checks)} checks failed; they stand below with what to do.")
    else:
        messages.success(request, "The system answers as it should.")
    return redirect(request.path)
