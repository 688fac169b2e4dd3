"""Many figures of many tables in one statement: a scalar subquery for each."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Func, IntegerField, Min, QuerySet, Subquery


def count(rows: "QuerySet[Any]", of: str = "pk", *, distinct: bool = False) -> Subquery:
    """How many rows, or how many values of a column (`of`) they have."""
    template = "%(function)s(DISTINCT %(expressions)s)" if distinct else Func.template
    number = Func(F(of), function="COUNT", template=template, output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number_of=number).values("number_of"))


def lowest(rows: "QuerySet[Any]", of: str) -> Subquery:
    """The lowest value of a column; None where there is no row."""
    field = rows.model._meta.get_field(of)
    least = Func(F(of), function=Min.function, output_field=type(field)())
    return Subquery(rows.order_by().annotate(least_of=least).values("least_of"))


def newest(rows: "QuerySet[Any]", column: str) -> Subquery:
    """A column of the first row in the order of the query; None where there is no row."""
    return Subquery(rows.values(column)[:1])


def read_figures(figures: "dict[str, Subquery]") -> dict[str, Any]:
    """Every figure by its name, in one statement; none where nothing is asked."""
    if not figures:
        return {}
    one_row = ContentType.objects.order_by("pk")  # it has rows in every database that was migrated
    keys = list(figures)
    found = one_row.values_list(*(figures[key] for key in keys))[:1]
    return dict(zip(keys, found[0], strict=True))
