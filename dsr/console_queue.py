"""The queue of legal: its filters and registers, giving many requests to one person, and finding one by an address."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.selectors import staff_with
from dsr.console_list import BY_TIME, searched
from dsr.console_pages import actor_of, show
from dsr.grounds import GROUNDS
from dsr.models import HistoryRow, RequestItem, SubjectRequest
from dsr.reports.reading import answered_by_hand, kept_in_systems
from dsr.services.assigning import assign_many
from dsr.services.finding import find_by_email
from dsr.states import Right, State
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.kernel.lookups import among, begins, having, on_the_way

NOBODY = "nobody"
MOST_AT_ONCE = 200
NAMED = 10  # references that a message tells one by one
LAWS = [
    ("EU-", "European Union"),
    ("UK-", "United Kingdom"),
    ("CH-", "Switzerland"),
    ("US-CA-", "California"),
    ("US-", "United States"),
    ("CA-", "Canada"),
    ("IN-", "India"),
    ("BR-", "Brazil"),
    ("AU-", "Australia"),
    ("NZ-", "New Zealand"),
]


class Owner(admin.SimpleListFilter):
    """Who works on it."""

    title = "who works on it"
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", "Mine"), (NOBODY, "Nobody yet")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        match self.value():
            case "me":
                return queryset.filter(assigned_to=request.user.pk)
            case "nobody":
                return queryset.filter(assigned_to=None)
        return queryset


class ByRight(admin.SimpleListFilter):
    """What is asked for."""

    title = "right"
    parameter_name = "right"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(right.value, right.value.replace("_", " ").capitalize()) for right in Right]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        wanted = self.value()
        if wanted not in set(Right):
            return queryset
        if request.GET.get("show") in BY_TIME:
            return queryset.filter(_among(request, self.parameter_name, _items(right=wanted)))
        # Open requests are few, so each looks once into an index; a join would read every request for that right
        # that there ever was.
        found = RequestItem.objects.filter(subject_request=OuterRef("pk"), right=wanted).values("right")[:1]
        rows: QuerySet[Any] = queryset.alias(wanted_right=Subquery(found)).filter(wanted_right=wanted)
        return rows


class Law(admin.SimpleListFilter):
    """By which law it is answered: a fixed list, so that no table is read for it."""

    title = "law"
    parameter_name = "law"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return LAWS

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        value = self.value()
        if value not in dict(LAWS):
            return queryset
        return queryset.filter(begins("regime", value) | Q(regime="") & begins("home_regime", value))


class Register(admin.SimpleListFilter):
    """The registers that an authority asks for; choose the state *All* beside it for what has ended."""

    title = "register"
    parameter_name = "register"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("refusals", "Refusals"),
            ("kept", "Kept by single systems"),
            ("extensions", "Extensions"),
            ("complaints", "Complaints"),
            ("appeals", "Appeals"),
            ("children", "Children"),
            ("referrals", "Referrals"),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == "referrals":
            return queryset.filter(among("state", [State.REFERRED]))
        wanted = _registers().get(self.value() or "")
        return queryset.filter(_among(request, self.parameter_name, *wanted)) if wanted else queryset


class OnGround(admin.SimpleListFilter):
    """Why something was not done: a right, or what single systems kept of it. A fixed list, as that of the laws; with a
    register beside it, only what that register is about."""

    title = "ground"
    parameter_name = "ground"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, code.replace("_", " ").capitalize()) for code in sorted(GROUNDS)]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        code = self.value()
        if code not in GROUNDS:
            return queryset
        refused, kept = _items(ground=code), _in_systems(ground=code)
        of_register = {"refusals": [refused], "kept": kept}
        wanted = of_register.get(request.GET.get(Register.parameter_name, ""), [refused, *kept])
        return queryset.filter(_among(request, self.parameter_name, *wanted))


def _registers() -> "dict[str, list[QuerySet[Any, Any]]]":
    """What stands in each register: the keys of its requests, which no table is read for here."""
    return {
        "refusals": [_items(outcome__in=["refused", "partly"])],
        "kept": _in_systems(),
        "extensions": [_where("extended")],
        "complaints": [_items(right=Right.COMPLAINT)],
        "appeals": [_where("appeal_clock_started")],
        "children": [_items(right=Right.CHILD_REPORT)],
    }


def _among(request: HttpRequest, parameter: str, *wanted: "QuerySet[Any, Any]") -> Q:
    """The requests that are wanted. The first of these filters looks how many there are, the others look on the way:
    a page takes only so many statements."""
    asked = [each.parameter_name for each in (Register, OnGround, ByRight) if request.GET.get(each.parameter_name)]
    return having(*wanted) if asked[:1] == [parameter] else on_the_way(*wanted)


def _items(**wanted: Any) -> "QuerySet[Any, Any]":
    return RequestItem.objects.filter(**wanted).values("subject_request")


def _where(kind: str) -> "QuerySet[Any, Any]":
    return HistoryRow.objects.filter(kind=kind).values("subject_request_id")


def _in_systems(**wanted: Any) -> "list[QuerySet[Any, Any]]":
    """The requests of which a single system kept something, as the report counts it: by hand, and by an erasure."""
    by_hand = _items(pk__in=answered_by_hand().filter(**wanted).values("item"))
    return [by_hand, kept_in_systems().filter(**wanted).values("subject_request")]


class AssignForm(ActionForm):
    """Beside the action: to whom."""

    to = forms.ChoiceField(label="To", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = [(str(user.pk), user.email) for user in staff_with("dsr", "work_subject_request")]
        self.fields["to"].choices = [("", "–"), (NOBODY, "nobody"), *team]  # type: ignore[attr-defined]  # a choice field


@admin.action(description="Give to", permissions=["view"])
def give_selected(_admin: Any, request: HttpRequest, queryset: "QuerySet[SubjectRequest]") -> None:
    """Give the selected requests to one person, each with its own row of history."""
    chosen = request.POST.get("to", "")
    known = {NOBODY, *(str(user.pk) for user in staff_with("dsr", "work_subject_request"))}
    if chosen not in known:
        messages.error(request, "Choose to whom they go.")
        return
    keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(keys) > MOST_AT_ONCE:
        messages.error(request, f"Choose at most {MOST_AT_ONCE} requests at once.")
        return
    to = None if chosen == NOBODY else User.objects.get(pk=chosen)
    try:
        done = assign_many(keys=keys, to=to, actor=actor_of(request), now=clock.now())
    except DomainError as error:
        messages.error(request, error.message)
        return
    whom = to.email if to else "nobody"
    messages.success(request, f"{done.given} of {len(keys)} given to {whom}.")
    for rows, why in ((done.theirs, "theirs already"), (done.ended, "ended, so nobody works on it")):
        if rows:
            messages.warning(request, f"{len(rows)} skipped, {why}: {_named(rows)}.")
    if missing := len(keys) - done.given - len(done.theirs) - len(done.ended):
        messages.warning(request, f"{missing} skipped: not there any more.")


def _named(references: Sequence[str]) -> str:
    rest = len(references) - NAMED
    return ", ".join(references[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


class FindForm(forms.Form):
    """One box: the beginning of a reference, or an address."""

    sought = forms.CharField(
        label="Reference or email address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """A reference goes on to the list. An address is posted and answered here, so that it stands in no URL."""
    if not request.user.has_perm("dsr.work_subject_request"):
        raise PermissionDenied
    if "list" in request.POST and "@" not in (sought := request.POST.get("sought", "").strip()):
        return redirect(reverse("console:dsr_subjectrequest_changelist") + searched(request.POST["list"], sought))
    form = FindForm(request.POST or None)
    found: list[SubjectRequest] | None = None
    if request.method == "POST" and form.is_valid():
        sought = form.cleaned_data["sought"]
        if "@" not in sought:
            return redirect(reverse("console:dsr_subjectrequest_changelist") + searched("?show=all", sought))
        try:
            found = find_by_email(email=sought, actor=actor_of(request), now=clock.now())
        except DomainError as error:
            form.add_error("sought", error.message)
    rows = [(row, ", ".join(sorted(item.right for item in row.items.all()))) for row in found or []]
    return show(request, "find.html", "Find requests", form=form, rows=rows, is_asked=found is not None)


def queue_urls(wrap: Any) -> list[URLPattern]:
    """Pages below the queue."""
    return [path("find/", wrap(find), name="dsr_find")]
