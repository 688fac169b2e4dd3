"""How the queue of legal is listed: what it shows first, in which order, what is found, and what follows a row."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest, QueryDict

from dsr.correspondence.models import Filing, Message
from dsr.due_dates import DUE_IN, due_within, running
from dsr.identity.levels import NEVER_ASKS
from dsr.models import RequestItem, SubjectRequest
from dsr.rules import PREFIX
from dsr.saved_views.reading import EVERYTHING_OPEN, SEARCH, SHOW
from dsr.selectors import IS_OPEN
from dsr.services.counting import promise_of
from dsr.states import State
from privacy.console.long_lists import After
from privacy.kernel import clock
from privacy.kernel.lookups import among, begins

BY_TIME = frozenset({"all", "closed", "ended_unverified"})  # where most has ended, nothing is more urgent than the rest


class QueueList(ChangeList):
    """The list, whose links never lead to its bare address: there the start view opens."""

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        found = str(super().get_query_string(new_params, remove))
        return found if found != "?" else f"?{SHOW}={EVERYTHING_OPEN}"


class OpenFirst(admin.SimpleListFilter):
    """What still needs somebody, unless asked for more."""

    title = "state"
    parameter_name = SHOW

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (EVERYTHING_OPEN, "Open"),
            ("overdue", "Overdue"),
            *((f"due_{days}", words.capitalize()) for days, words in DUE_IN.items()),
            ("old_promise", "Under another promise"),
            ("approval", "Waiting for approval"),
            ("unverified", "Not confirmed"),
            ("ended_unverified", "Closed unverified"),
            ("closed", "Answered"),
            ("all", "All"),
        ]

    def choices(self, changelist: Any) -> Any:
        """*Open* is what the list shows unasked, and has an address that says so: the bare one is the start view's."""
        choices = list(super().choices(changelist))[1:]
        choices[0]["selected"] = self.value() in {None, EVERYTHING_OPEN}
        return choices

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
        if inside := _by_day(self.value(), today):
            return queryset.filter(inside, IS_OPEN)
        match self.value():
            case "old_promise":
                rows = queryset.filter(IS_OPEN).exclude(promise_days=None)
                return rows.exclude(promise_days=promise_of(today))
            case "approval":
                return queryset.filter(state="prepared")
            case "unverified":
                return queryset.filter(state=State.UNCONFIRMED)
            case "ended_unverified":
                return queryset.filter(among("state", [State.EXPIRED]))
            case "closed":
                return queryset.exclude(IS_OPEN)
            case "all":
                return queryset
        unasked = RequestItem.objects.filter(  # these rights wait for no confirmation
            subject_request=OuterRef("pk"), right__in=NEVER_ASKS, decided_at=None
        )
        return queryset.filter(~Q(state=State.UNCONFIRMED) | Exists(unasked), IS_OPEN)


def _by_day(value: str | None, today: dt.date) -> Q | None:
    """What of open requests is overdue, or due within some days; None for another filter."""
    within = {f"due_{days}": due_within(today, days) for days in DUE_IN}
    return {"overdue": Q(due_on__lt=today), **within}.get(value or "")


class OnDay(admin.SimpleListFilter):
    """What the month shows on one safe day (`?day=2026-01-31`), all of it; it offers nothing by itself."""

    title = "safe day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        given = request.GET.get("day", "")
        return [(given, given)] if _day(given) else []

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        day = _day(self.value() or "")
        if day is None:
            return queryset
        return queryset.filter(pk__in=running().filter(safe_on=day).values("item__subject_request"))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


class NewMessages(admin.SimpleListFilter):
    """Requests with a message that nobody of staff has read."""

    title = "messages"
    parameter_name = "message"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("new", "Not read yet"), ("failed", "A mail came back")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        messages = Message.objects.filter(subject_request=OuterRef("pk"), seen_at=None)
        match self.value():
            case "new":
                return queryset.filter(Exists(messages.filter(direction="in")))
            case "failed":
                return queryset.filter(Exists(messages.filter(kind="bounce")))
        return queryset


def order_of(request: HttpRequest) -> list[Any]:
    """Open requests by urgency, the others by their receipt, the newest first: each order has its index."""
    if request.GET.get("show") in BY_TIME:
        return ["-received_at", "-id"]
    return ["-priority", F("safe_on").asc(nulls_last=True), "id"]


class AfterRow(After):
    """What follows a request in the order of the list."""

    def follows(self, request: HttpRequest, row: SubjectRequest) -> Q:
        if request.GET.get("show") in BY_TIME:
            later = Q(received_at__lt=row.received_at) | Q(id__lt=row.pk)
            return Q(received_at__lte=row.received_at) & later
        if row.safe_on is None:
            same = Q(safe_on=None, id__gt=row.pk)
        else:
            same = Q(safe_on=None) | Q(safe_on__gt=row.safe_on) | Q(safe_on=row.safe_on, id__gt=row.pk)
        return Q(priority__lt=row.priority) | (Q(priority=row.priority) & same)


def searched(address: str, words: str) -> str:
    """The address of the list with these words sought, from its first page on."""
    given = QueryDict(address.removeprefix("?"), mutable=True)
    for name in ("p", "after", SEARCH):
        given.pop(name, None)
    if words:
        given[SEARCH] = words.replace("\x00", "")
    return "?" + (given.urlencode() or f"{SHOW}={EVERYTHING_OPEN}")


def found_by_reference(request: HttpRequest, rows: "QuerySet[Any]", words: str) -> "QuerySet[Any]":
    """The requests whose reference begins so, or the one that a site was told it for where the person waited already.
    An address is not searched for here: it would stand in the URL."""
    words = words.strip().upper().replace("\x00", "")
    if PREFIX.startswith(words):  # as every reference does, and nothing is the beginning of all
        return rows
    if "@" in words:
        messages.error(request, "Type the address into the box above the list: from there it stands in no link.")
        return rows.none()
    reference = words if words.startswith(PREFIX) else PREFIX + words
    told = Filing.objects.filter(reference=reference).values_list("subject_request__reference", flat=True).first()
    return rows.filter(begins("reference", told or reference))
