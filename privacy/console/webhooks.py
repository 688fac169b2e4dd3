"""The console pages of webhooks: endpoints, messages with their attempts, and the board of what is not confirmed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.jobs.webhooks.models import Scheme, WebhookDelivery, WebhookEndpoint
from privacy.jobs.webhooks.replaying import replay_delivery, replay_since, settle_delivery
from privacy.jobs.webhooks.selectors import unconfirmed
from privacy.jobs.webhooks.services import Wishes, make_endpoint, rotate_secret, send_ping, set_endpoint_state
from privacy.jobs.webhooks.topics import subscribable
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

SHOWN = 50
RIGHT = "webhooks.manage_webhooks"
TONES = {"accepted": "ok", "given_up": "danger", "queued": "warn", "active": "ok", "paused": "warn"}


class EndpointForm(forms.Form):
    """What a new endpoint is told, and how."""

    label = forms.CharField(label="Name of the system", max_length=80, help_text="People see it on their page.")
    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="https, on a public address.",
        widget=forms.TextInput(attrs={"size": 30, "inputmode": "url"}),
    )
    topics = forms.MultipleChoiceField(label="Tell it of", widget=forms.CheckboxSelectMultiple)
    abouts = forms.CharField(
        label="Only these purposes", required=False, help_text="Codes with spaces between; empty for every purpose."
    )
    scheme = forms.ChoiceField(label="Signature", choices=Scheme.choices, initial=Scheme.V1, widget=forms.RadioSelect)
    external_prefix = forms.CharField(
        label="Its own customer numbers begin with",
        required=False,
        max_length=40,
        help_text="Such as crm: then it is told these external ids of a person, and no others.",
    )
    must_acknowledge = forms.BooleanField(label='Only an answer with {"acknowledged": true} confirms', required=False)
    with_identifier = forms.BooleanField(
        label="Tell it email address and phone number in clear",
        required=False,
        help_text="Without it, the system recognizes people by a keyed hash. Tick it only where a contract covers it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = self.fields["topics"]
        assert isinstance(topics, forms.MultipleChoiceField)  # noqa: S101 - for the type checker: it stands above
        topics.choices = [(each.name, each.label) for each in subscribable()]
        topics.initial = [each.name for each in subscribable()][:1]


class ReplayForm(forms.Form):
    """Since when to send again."""

    since = forms.DateTimeField(label="Send again everything since (UTC)", help_text="Such as 2026-05-31 14:00.")


def _badge(word: str, shown: str) -> str:
    return format_html('<span class="badge badge-{}">{}</span>', TONES.get(word, "info"), shown)


@admin.register(WebhookEndpoint, site=console)
class EndpointAdmin(ReadOnlyAdmin):
    """Who is told."""

    view_permission = RIGHT
    change_list_template = "console/webhooks/endpoints.html"
    list_display = ("label", "state_word", "topics", "failing", "created_at")
    ordering = ("label",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("add/", wrap(endpoint_add), name="webhook_add"),
            path("unconfirmed/", wrap(board), name="webhook_board"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of the endpoint takes the place of the stock form."""
        return endpoint_page(request, object_id)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: WebhookEndpoint) -> str:
        return _badge(row.state, row.get_state_display())

    @admin.display(description="failing since", ordering="failing_since")
    def failing(self, row: WebhookEndpoint) -> str:
        return f"{row.failing_since:%Y-%m-%d %H:%M}" if row.failing_since else ""


@admin.register(WebhookDelivery, site=console)
class DeliveryAdmin(ReadOnlyAdmin):
    """What was told, and what came of it."""

    view_permission = RIGHT
    list_display = ("created_at", "endpoint", "topic", "about", "state_word", "attempts", "last_outcome")
    list_filter = ("state", "endpoint", "lowers")
    list_select_related = ("endpoint",)
    ordering = ("-created_at", "-id")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of the message, without its body."""
        return delivery_page(request, object_id)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: WebhookDelivery) -> str:
        return _badge(row.state, row.get_state_display())


def board(request: HttpRequest) -> HttpResponse:
    """Withdrawals that a system has not confirmed, the oldest first."""
    _require(request)
    found = unconfirmed().select_related("endpoint")
    rows = list(found[: SHOWN + 1])
    return _show(
        request, "board.html", "Unconfirmed withdrawals", rows=rows[:SHOWN], more=len(rows) > SHOWN, now=clock.now()
    )


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def endpoint_add(request: HttpRequest) -> HttpResponse:
    """Tell another system of events. Its secrets are on the answer of the POST, and nowhere else."""
    _require(request)
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wishes = Wishes(
            url=given["url"].strip(),
            topics=tuple(given["topics"]),
            abouts=tuple(given["abouts"].split()),
            scheme=given["scheme"],
            must_acknowledge=given["must_acknowledge"],
            with_identifier=given["with_identifier"],
            external_prefix=given["external_prefix"],
        )
        try:
            made = make_endpoint(label=given["label"], wishes=wishes, actor=staff_actor(request), now=clock.now())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _secret(request, made.endpoint, made.secret, made.hash_key)
    return _show(request, "add.html", "Add a webhook", form=form)


def _secret(request: HttpRequest, endpoint: WebhookEndpoint, secret: str, hash_key: str = "") -> HttpResponse:
    answer = _show(request, "secret.html", endpoint.label, endpoint=endpoint, secret=secret, hash_key=hash_key)
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def endpoint_page(request: HttpRequest, pk: str) -> HttpResponse:
    """One endpoint: how it stands, its newest messages, and what one can do."""
    _require(request)
    endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "rotate":
        try:
            return _secret(
                request, endpoint, rotate_secret(endpoint=endpoint, actor=staff_actor(request), now=clock.now())
            )
        except DomainError as error:
            messages.error(request, error.message)
    if act == "replay":
        return _replay(request, endpoint)
    if act:
        _try(request, _acts(request, endpoint).get(act))
        return redirect("console:webhooks_webhookendpoint_change", endpoint.pk)
    rows = endpoint.deliveries.order_by("-created_at", "-id")[:SHOWN]
    form = ReplayForm(initial={"since": f"{clock.now() - dt.timedelta(days=1):%Y-%m-%d %H:%M}"})
    return _show(request, "endpoint.html", endpoint.label, endpoint=endpoint, rows=rows, form=form)


def _acts(request: HttpRequest, endpoint: WebhookEndpoint) -> dict[str, tuple[Callable[[], object], str]]:
    actor, now = staff_actor(request), clock.now()

    def state(to: str) -> Callable[[], object]:
        return lambda: set_endpoint_state(endpoint=endpoint, state=to, actor=actor, now=now)

    return {
        "ping": (lambda: send_ping(endpoint=endpoint, now=now), "A test message is on its way."),
        "pause": (state("paused"), "Paused. What happens meanwhile is sent afterwards."),
        "resume": (state("active"), "It is told again, also of what happened meanwhile."),
        "end": (state("ended"), "Ended. It is told nothing any more."),
    }


def _replay(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    form = ReplayForm(request.POST)
    if form.is_valid():
        actor, now, since = staff_actor(request), clock.now(), form.cleaned_data["since"]
        done = "Everything since then goes again, under its old ids."
        _try(request, (lambda: replay_since(endpoint=endpoint, since=since, actor=actor, now=now), done))
    else:
        messages.error(request, "Write the time as 2026-05-31 14:00.")
    return redirect("console:webhooks_webhookendpoint_change", endpoint.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def delivery_page(request: HttpRequest, pk: str) -> HttpResponse:
    """One message: its attempts, and what one can do. What it says is not shown."""
    _require(request)
    row = get_object_or_404(WebhookDelivery.objects.select_related("endpoint"), pk=pk)
    actor, now = staff_actor(request), clock.now()
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "replay": (lambda: replay_delivery(delivery=row, actor=actor, now=now), "It goes again, under its old id."),
        "settle": (lambda: settle_delivery(delivery=row, actor=actor, now=now), "Noted: the system was told by hand."),
    }
    if request.method == "POST":
        _try(request, acts.get(request.POST.get("act", "")))
        return redirect("console:webhooks_webhookdelivery_change", row.pk)
    tries = row.tries.order_by("-at")[:SHOWN]
    return _show(request, "delivery.html", f"{row.topic} for {row.endpoint}", row=row, tries=tries)


def _try(request: HttpRequest, act: tuple[Callable[[], object], str] | None) -> None:
    if act is None:
        raise PermissionDenied
    try:
        act[0]()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, act[1])


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


def _show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    values = {**console.each_context(request), "title": title, "back": reverse("console:index"), **context}
    return render(request, f"console/webhooks/{template}", values)
