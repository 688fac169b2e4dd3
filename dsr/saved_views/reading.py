"""Between the address of the queue and a view: what the list's filters are called, which of them still exist, and
what they say in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode
from django.utils.text import capfirst

from dsr.saved_views.rules import Query, clean_search
from privacy.kernel.errors import InvalidInput

SHOW, ORDER, SEARCH = "show", "o", "q"
EVERYTHING_OPEN = "open"  # said in each address, so that the bare one is free for the start view
PASSING = frozenset({"p", "after", "e", "all", "_changelist_filters"})  # where somebody stands in a list
TAKEN_FROM_OUTSIDE = 2_000  # characters of an address that a form may hand in


@dataclass(frozen=True, slots=True)
class Known:
    """The filters and columns that the list has now, with their words."""

    titles: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    columns: tuple[str, ...]
    headers: Mapping[str, str]


def known_of(admin: Any, request: HttpRequest) -> Known:
    """What the list of this admin can be asked for. No table is read: its filters have fixed choices."""
    titles: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    for each in admin.get_list_filter(request):
        if isinstance(each, str):
            found = admin.model._meta.get_field(each)
            key, title = f"{each}__exact", str(found.verbose_name)
            choices = [(str(value), str(words)) for value, words in found.flatchoices]
        elif issubclass(each, SimpleListFilter):
            key, title = str(each.parameter_name), str(each.title)
            made = each(request, {}, admin.model, admin)
            choices = [(str(value), str(words)) for value, words in made.lookup_choices]
        else:
            continue
        titles[key], values[key] = title, dict(choices)
    columns = tuple(str(name) for name in admin.get_list_display(request))
    return Known(titles, values, columns, {name: _header(admin, name) for name in columns})


def without_search(address: str) -> str:
    """The same list without what was searched for."""
    given = QueryDict(address.removeprefix("?")[:TAKEN_FROM_OUTSIDE], mutable=True)
    given.pop(SEARCH, None)
    return given.urlencode()


def _header(admin: Any, name: str) -> str:
    method = getattr(admin, name, None)
    if method is not None:
        return str(getattr(method, "short_description", name))
    return str(admin.model._meta.get_field(name).verbose_name)


def read(address: str, known: Known) -> Query:
    """The query that an address of the list asks for. InvalidInput(query) for what the list does not know, and for a
    search that is not the beginning of a reference."""
    given = QueryDict(address.removeprefix("?")[:TAKEN_FROM_OUTSIDE])
    filters: dict[str, str] = {}
    for key in given:
        if key in PASSING or key in {ORDER, SEARCH}:
            continue
        value = given[key]
        if value not in known.values.get(key, {}):
            raise InvalidInput("The list has no such filter. Open the queue again and choose anew.", field="query")
        filters[key] = value
    filters.setdefault(SHOW, EVERYTHING_OPEN)
    return Query(filters, _names(given.get(ORDER, ""), known), clean_search(given.get(SEARCH, "")))


def _names(order: str, known: Known) -> tuple[str, ...]:
    """Columns by name: their numbers change with the list. The first is that of the boxes."""
    found: list[str] = []
    for part in order.split(".") if order else []:
        digits = part.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and 1 <= int(digits) <= len(known.columns)):
            raise InvalidInput("The list has no such column. Order it anew.", field="query")
        found.append("-" * part.startswith("-") + known.columns[int(digits) - 1])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A view as the list takes it now: its address, and in words what is gone."""

    address: str
    gone: tuple[str, ...]


def resolve(query: Query, known: Known) -> Resolved:
    """The address for a view; what the list does not know any more is left out and said."""
    gone: list[str] = []
    filters = {SHOW: EVERYTHING_OPEN}
    for key, value in sorted(query.filters.items()):  # PostgreSQL keeps an order of its own
        if value in known.values.get(key, {}):
            filters[key] = value
        else:
            gone.append(f"the filter {known.titles.get(key, key)}: {value}")
    order = []
    for name in query.order:
        column = name.removeprefix("-")
        if column in known.columns:
            order.append("-" * name.startswith("-") + str(known.columns.index(column) + 1))
        else:
            gone.append(f"the order by {column}")
    given = {
        **filters,
        **({ORDER: ".".join(order)} if order else {}),
        **({SEARCH: query.search} if query.search else {}),
    }
    return Resolved("?" + urlencode(sorted(given.items())), tuple(gone))


def in_words(query: Query, known: Known) -> str:
    """What a view shows, as a person says it."""
    parts = []
    in_list_order = [key for key in known.titles if key in query.filters]
    for key in [*in_list_order, *sorted(query.filters.keys() - known.titles.keys())]:
        value = query.filters[key]
        parts.append(f"{capfirst(known.titles.get(key, key))}: {known.values.get(key, {}).get(value, value)}")
    for name in query.order:
        column = name.removeprefix("-")
        turned = ", the last first" if name.startswith("-") else ""
        parts.append(f"Ordered by {known.headers.get(column, column)}{turned}")
    if query.search:
        parts.append(f"Reference begins with {query.search}")
    return " · ".join(parts)
