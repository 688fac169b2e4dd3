"""The register of documents in the legal console: take one in, read it, end it."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from privacy.audit.services import record
from privacy.console.decorators import staff_actor
from privacy.console.evidence_admin import ReadOnlyAdmin
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.policy.selectors import today
from privacy.registers.safeguards.audit_events import READ
from privacy.registers.safeguards.models import SafeguardDocument
from privacy.registers.safeguards.places_page import places_file, places_page
from privacy.registers.safeguards.selectors import chunks_of, transfer_words, transfers, transfers_without_document
from privacy.registers.safeguards.services import add_document, end_document

RIGHT = "registers.manage_recipients"
LIST = "console:safeguards_safeguarddocument_changelist"


def _choices() -> list[tuple[str, str]]:
    return [(code, transfer_words(entry)) for code, entry in transfers().items()]


class DocumentForm(forms.Form):
    """A document to take in."""

    title = forms.CharField(label="Title", max_length=120, widget=forms.TextInput(attrs={"class": "vTextField"}))
    version = forms.CharField(label="Version", max_length=60, help_text="For example: of 4 June 2021, module two.")
    codes = forms.MultipleChoiceField(
        label="Transfers that it protects", choices=_choices, widget=forms.CheckboxSelectMultiple
    )
    in_force_on = forms.DateField(
        label="In force from", widget=forms.DateInput(attrs={"type": "date"}), initial=lambda: today().isoformat()
    )
    file = forms.FileField(
        label="File (PDF)", help_text="People get it as it is: black out prices and names of staff first."
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a document in."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        file = values.pop("file")
        try:
            add_document(**values, data=file.read(), name=file.name, actor=staff_actor(request), now=clock.now())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "It stands in the register, and is handed out from its day on.")
            return redirect(LIST)
    context: dict[str, Any] = {"title": "A new document", "back": reverse("console:index"), "form": form}
    return render(request, "registers/console/safeguard.html", {**console.each_context(request), **context})


@never_cache
@require_POST
def act(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Read a document, or hand it out no more."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    row = get_object_or_404(SafeguardDocument, pk=pk)
    if request.POST.get("act") == "end":
        try:
            end_document(row=row, actor=staff_actor(request), now=clock.now())
            messages.success(request, "It is not handed out any more.")
        except DomainError as error:
            messages.error(request, error.message)
        return redirect(LIST)
    with transaction.atomic():
        record(READ, actor=staff_actor(request), at=clock.now(), target=row, is_demo=row.is_demo)
    response = StreamingHttpResponse(chunks_of(row), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{row.pk}.pdf"'
    return response


@admin.register(SafeguardDocument, site=console)
class SafeguardDocumentAdmin(ReadOnlyAdmin):
    """What protects data that is sent abroad."""

    view_permission = RIGHT
    change_list_template = "registers/console/safeguards.html"
    list_display = ("title", "version", "protects", "in_force_on", "state_word")
    ordering = ("title", "-in_force_on", "-added_at")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("new/", wrap(new), name="safeguards_new"),
            path("places/", wrap(places_page), name="safeguards_places"),
            path("places/file/", wrap(places_file), name="safeguards_places_file"),
            path("<uuid:pk>/act/", wrap(act), name="safeguards_act"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        missing = [transfer_words(each) for each in transfers_without_document()]
        return super().changelist_view(request, {"without_document": missing, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        row = get_object_or_404(SafeguardDocument, pk=object_id)
        words = {code: transfer_words(entry) for code, entry in transfers().items()}
        context: dict[str, Any] = {
            "title": row.title,
            "back": reverse("console:index"),
            "row": row,
            "protects": [words.get(code, code) for code in row.transfers],
        }
        return render(request, "registers/console/safeguard.html", {**console.each_context(request), **context})

    @admin.display(description="protects")
    def protects(self, row: SafeguardDocument) -> str:
        return ", ".join(row.transfers)

    @admin.display(description="state")
    def state_word(self, row: SafeguardDocument) -> str:
        tone, word = ("muted", "ended") if row.ended_at else ("ok", "handed out")
        if not row.ended_at and row.in_force_on > today():
            tone, word = "warn", "not in force yet"
        return format_html('<span class="badge badge-{}">{}</span>', tone, word)
