"""The console pages of the ground: log, seals, jobs, outbox."""

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from privacy.audit.models import AuditEvent, Seal
from privacy.audit.registry import event_types
from privacy.console import webhooks  # noqa: F401 - registers its pages
from privacy.console.decorators import staff_actor
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.jobs.models import Job, OutboxMessage
from privacy.jobs.outbox import for_somebody, note_seen, resolve_uncertain
from privacy.jobs.registry import every_kind
from privacy.jobs.services import retry_job
from privacy.kernel import clock
from privacy.kernel.actors import ActorKind
from privacy.kernel.errors import DomainError
from privacy.personal_data.models import SubjectAlias

MOST_AT_ONCE = 200


class EventTypes(admin.SimpleListFilter):
    """By what happened: the registered types, so that no table is read for them."""

    title = "type"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(each.code, each.label) for each in event_types()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(type=self.value()) if self.value() else queryset


class ActorKinds(admin.SimpleListFilter):
    """By the kind of who did it."""

    title = "by whom"
    parameter_name = "actor_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in ActorKind]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(actor_kind=self.value()) if self.value() else queryset


@admin.register(AuditEvent, site=console)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "type", "actor_kind", "via", "target_type", "payload")
    list_filter = (EventTypes, ActorKinds)
    ordering = ("-id",)


@admin.register(Seal, site=console)
class SealAdmin(ReadOnlyAdmin):
    ordering = ("-pk",)


def age(created_at: Any) -> str:
    """How long something has waited, in the largest whole unit."""
    seconds = int((clock.now() - created_at).total_seconds())
    for size, word in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {word}"
    return f"{max(seconds, 0)} s"


class _Decidable(ReadOnlyAdmin):
    """A list whose rows may wait for a person, with one confirmation page."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.model_name}_decide"
        own = path("<uuid:pk>/decide/", self.admin_site.admin_view(self.decide), name=name)
        return [own, *super().get_urls()]

    def decide(self, request: HttpRequest, pk: Any) -> HttpResponse:
        raise NotImplementedError

    def _run(self, request: HttpRequest, act: Any, done: str) -> HttpResponse:
        try:
            act()
            messages.success(request, done)
        except DomainError as error:
            messages.error(request, error.message)
        return redirect(reverse(f"console:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def _ask(self, request: HttpRequest, title: str, text: str, choices: list[tuple[str, str]]) -> HttpResponse:
        context = {**console.each_context(request), "title": title, "text": text, "choices": choices}
        return render(request, "console/decide.html", context)


class JobKinds(admin.SimpleListFilter):
    """By the kind of work: the registered kinds, so that no table is read for them."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in every_kind()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Job, site=console)
class JobAdmin(_Decidable):
    """Durable work. What needs a human can be given another round."""

    list_display = ("kind", "state_word", "waiting", "attempts", "last_error_code", "run_after", "act")
    list_filter = ("state", JobKinds)
    ordering = ("-created_at",)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: Job) -> str:
        tone = {"needs_human": "danger", "done": "ok"}.get(row.state, "info")
        return format_html('<span class="badge badge-{}">{}</span>', tone, row.get_state_display())

    @admin.display(description="age", ordering="created_at")
    def waiting(self, row: Job) -> str:
        return age(row.created_at)

    @admin.display(description="")
    def act(self, row: Job) -> str:
        if row.state != "needs_human":
            return ""
        return format_html('<a href="{}">Try again</a>', reverse("console:job_decide", args=[row.pk]))

    def decide(self, request: HttpRequest, pk: Any) -> HttpResponse:
        job = get_object_or_404(Job, pk=pk)
        if not self.has_view_permission(request):
            return redirect("console:index")
        if request.method == "POST":
            actor = staff_actor(request)
            return self._run(
                request, lambda: retry_job(job=job, actor=actor, now=clock.now()), "The job is tried again now."
            )
        text = f"{job.kind} stopped after {job.attempts} attempts with {job.last_error_code or 'no error code'}."
        return self._ask(request, "Try this job again?", text, [("retry", "Try it again")])


class Waits(admin.SimpleListFilter):
    """What needs a person."""

    title = "waits"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "For somebody")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset & for_somebody() if self.value() == "yes" else queryset


@admin.action(description="Dealt with: refused mails need nobody any more", permissions=["view"])
def note_selected_seen(_admin: Any, request: HttpRequest, queryset: "QuerySet[OutboxMessage]") -> None:
    """Each of the selected with its own event; what is not refused, or was seen before, is told."""
    rows, seen = list(queryset[: MOST_AT_ONCE + 1]), 0
    if len(rows) > MOST_AT_ONCE:
        messages.error(request, f"Choose at most {MOST_AT_ONCE} mails at once.")
        return
    for row in rows:
        try:
            note_seen(message=row, actor=staff_actor(request), now=clock.now())
            seen += 1
        except DomainError:
            continue
    messages.success(request, f"{seen} of {len(rows)} need nobody any more.")
    if seen < len(rows):
        messages.warning(request, f"{len(rows) - seen} skipped: an uncertain mail is decided one by one.")


@admin.register(OutboxMessage, site=console)
class OutboxAdmin(_Decidable):
    """What left the house, what nobody can know about, and what a server refused."""

    list_display = ("template", "message_class", "state_word", "reason", "waiting", "attempts", "act")
    list_filter = (Waits, "state", "message_class")
    ordering = ("-created_at",)
    exclude: ClassVar = ("recipient", "secret_text")
    actions = (note_selected_seen,)

    @admin.display(description="state", ordering="state")
    def state_word(self, row: OutboxMessage) -> str:
        tones = {"uncertain": "danger", "given_up": "danger", "refused": "warn", "sent": "ok"}
        word = f"{row.get_state_display()}, dealt with" if row.seen_at else row.get_state_display()
        tone = "muted" if row.seen_at else tones.get(row.state, "info")
        return format_html('<span class="badge badge-{}">{}</span>', tone, word)

    @admin.display(description="age", ordering="created_at")
    def waiting(self, row: OutboxMessage) -> str:
        return age(row.created_at)

    @admin.display(description="")
    def act(self, row: OutboxMessage) -> str:
        if row.state not in {"uncertain", "given_up"} or row.seen_at:
            return ""
        return format_html('<a href="{}">Decide</a>', reverse("console:outboxmessage_decide", args=[row.pk]))

    def decide(self, request: HttpRequest, pk: Any) -> HttpResponse:
        row = get_object_or_404(OutboxMessage, pk=pk)
        if not self.has_view_permission(request):
            return redirect("console:index")
        if request.method == "POST":
            outcome = request.POST.get("decision", "")
            common: dict[str, Any] = {"message": row, "actor": staff_actor(request), "now": clock.now()}
            act = (
                partial(note_seen, **common)
                if outcome == "seen"
                else partial(resolve_uncertain, outcome=outcome, **common)
            )
            return self._run(request, act, "Decided.")
        if row.state == "given_up":
            text = (
                f"The mail server refused this mail for good ({row.reason}), so nobody has read it. Put the address "
                "right, or choose another way, where what it belongs to is worked on; then it is dealt with."
            )
            return self._ask(request, "Was this mail dealt with?", text, [("seen", "It is dealt with")])
        text = (
            "The mail server's answer was lost, so this mail may have arrived. Ask the mail server's log; "
            "sending again may deliver it twice."
        )
        return self._ask(request, "Did this mail arrive?", text, [("sent", "It arrived"), ("resend", "Send it again")])


@admin.register(SubjectAlias, site=console)
class MergeAdmin(ReadOnlyAdmin):
    """Merges: which two subjects turned out to be one person. What it lowered stands in the person's history."""

    list_display = ("created_at", "subject_id", "canonical_id")
    ordering = ("-created_at", "-id")
