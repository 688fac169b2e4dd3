"""Lists of any length: counting stops early, and what lies beyond the last page is reached from its last row."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

MOST_COUNTED = 1_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # takes no brackets at run time
    """Counts to a thousand and one: the last number means that there are more. Counting everything takes the
    longer the more there is, for a number that nobody reads."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return int(rows.order_by()[: MOST_COUNTED + 1].count())
        return len(rows)

    @property
    def has_more(self) -> bool:
        """Whether there is more than its pages show."""
        return self.count > MOST_COUNTED

    @cached_property
    def num_pages(self) -> int:
        """Full pages alone where there are more: the next one begins after their last row."""
        return MOST_COUNTED // self.per_page if self.has_more else super().num_pages


class After(admin.ListFilter):
    """The list from behind one row on (`?after=ID`); it offers nothing by itself. Subclasses say which rows follow."""

    title = "after"
    parameter_name = "after"
    template = "console/after_filter.html"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Any], model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        given = params.pop(self.parameter_name, None)
        self.given = given[-1] if isinstance(given, list) else given
        if self.given:
            self.used_parameters[self.parameter_name] = self.given

    def has_output(self) -> bool:
        """Django passes over a filter that shows nothing; this one shows where the list begins."""
        return bool(self.given)

    def choices(self, changelist: Any) -> list[Any]:  # type: ignore[override]  # there are none
        return []

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name]

    def follows(self, request: HttpRequest, row: Any) -> Q:
        """What comes behind this row in the order of the list."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if not self.given:
            return queryset
        try:
            row = queryset.model._default_manager.filter(pk=self.given).first()
        except (ValueError, TypeError, ValidationError):
            row = None
        return queryset.filter(self.follows(request, row)) if row else queryset
