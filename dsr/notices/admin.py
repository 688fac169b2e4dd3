"""How recipients are told, in the legal console."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from dsr.notices.audit_events import ROUTE_CHANGED
from dsr.notices.models import NoticeRoute
from privacy.audit.services import record
from privacy.console.decorators import staff_actor
from privacy.console.site import console
from privacy.kernel import clock

RIGHT = "registers.manage_recipients"


@admin.register(NoticeRoute, site=console)
class NoticeRouteAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no brackets at run time
    """One line for each recipient: its address or its signed webhook; without either a person tells it."""

    list_display = ("label", "code", "email", "endpoint", "hears_all")
    list_select_related = ("endpoint",)
    fields = ("code", "label", "email", "endpoint", "hears_all")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(RIGHT))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: NoticeRoute, form: Any, change: Any) -> None:
        """Kept with its line on the log."""
        obj.changed_at = clock.now()
        super().save_model(request, obj, form, change)
        way = "webhook" if obj.endpoint_id else "mail" if obj.email else "task"
        record(ROUTE_CHANGED, actor=staff_actor(request), at=obj.changed_at, target=obj, code=obj.code, way=way)
