"""Console pages that only show: for evidence, and for everything whose state is moved by services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from privacy.console.long_lists import CappedPaginator


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no brackets at run time
    """No add, change or delete, and no bulk action. `view_permission` names who may look."""

    view_permission = "dsr.work_subject_request"
    actions: Any = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a question for each choice of each filter
    paginator = CappedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(self.view_permission))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
