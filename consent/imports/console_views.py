"""Pages of imports in the console: upload, the list of what would change, its approval, its progress, mappings."""

import csv
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from consent.imports.audit_events import IMPORT_SHOWN
from consent.imports.mapping_files import document_of, mappings, save_mapping, shipped
from consent.imports.models import ConsentImport, ImportChange
from consent.imports.services import approve_import, discard_import, take_in
from consent.imports.uploading import SealedUpload, SealingHandler
from consent.imports.vocabulary import REASONS, ImportState, Kind
from privacy.audit.services import record
from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, NotFound

RIGHT = "imports.run_imports"
PAGE = 100
LISTED = (Kind.LOWER, Kind.REFUSED, Kind.ASK_AGAIN, Kind.DUPLICATE)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UploadForm(forms.Form):
    """A file, and how it is read."""

    mapping = forms.ChoiceField(label="Where does the file come from?", widget=forms.RadioSelect)
    file = forms.FileField(
        label="The file (CSV)", help_text="It is encrypted while it comes in.", allow_empty_file=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mapping = self.fields["mapping"]
        assert isinstance(mapping, forms.ChoiceField)  # noqa: S101 - for the type checker: it stands above
        mapping.choices = list(mappings().items())


class MappingForm(forms.Form):
    """A mapping of one's own."""

    name = forms.CharField(label="Name", max_length=40, help_text="Letters, digits and hyphens.")
    document = forms.CharField(label="How the columns are read (YAML)", widget=forms.Textarea(attrs={"rows": 24}))


@csrf_exempt  # the token is checked below, once the handler that seals stands ready
def import_upload(request: HttpRequest) -> HttpResponseBase:
    """Take a file in. Who may not does not get as far as sending one."""
    if not console.has_permission(request):
        return console.login(request)
    _require(request)
    handler = SealingHandler(request)
    request.upload_handlers = [handler]
    try:
        return _upload(request, handler)
    finally:
        handler.forget()


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@recently_authenticated
def _upload(request: HttpRequest, handler: SealingHandler) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    if request.method == "POST" and handler.too_large:
        form.add_error(None, handler.too_large)
    elif request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        assert isinstance(upload, SealedUpload)  # noqa: S101 - ours is the only handler
        handler.stored = None  # from here on the service answers for the file
        try:
            row = take_in(
                file=upload.stored, mapping=form.cleaned_data["mapping"], actor=staff_actor(request), now=clock.now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return redirect("console:imports_consentimport_change", row.pk)
    return _show(request, "upload.html", "Import decisions", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest, pk: str) -> HttpResponse:
    """One import: what it would change, line by line, and its approval."""
    _require(request)
    row = get_object_or_404(ConsentImport, pk=pk)
    if request.method == "POST":
        return _act(request, row)
    kind = request.GET.get("kind", Kind.REFUSED if row.refused and not row.lower else Kind.LOWER)
    kind = kind if kind in LISTED else Kind.LOWER
    after = request.GET.get("after", "0")
    found = row.changes.filter(kind=kind, id__gt=int(after) if after.isdecimal() and len(after) < 19 else 0)  # noqa: PLR2004 - a bigint
    rows = list(found.order_by("id")[: PAGE + 1])
    tabs = [(each.value, each.label, getattr(row, each.value), each == kind) for each in LISTED]
    return _show(
        request,
        "import.html",
        "Import",
        row=row,
        tabs=tabs,
        kind=kind,
        changes=[(each, REASONS.get(each.reason, "")) for each in rows[:PAGE]],
        following=rows[PAGE - 1].pk if len(rows) > PAGE else None,
        total=row.lower + (row.ask_again if row.asks_again else 0),
        is_open=row.state in {ImportState.CHECKED, ImportState.FAULTY},
    )


@recently_authenticated
def _act(request: HttpRequest, row: ConsentImport) -> HttpResponse:
    actor, now = staff_actor(request), clock.now()
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "approve": (
            lambda: approve_import(
                consent_import=row,
                digest=request.POST.get("digest", ""),
                asks_again=bool(request.POST.get("asks_again")),
                actor=actor,
                now=now,
            ),
            "Approved: exactly this list is applied now.",
        ),
        "discard": (
            lambda: discard_import(consent_import=row, actor=actor, now=now),
            "Discarded. The file and its list are gone.",
        ),
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise PermissionDenied
    try:
        act[0]()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, act[1])
    return redirect("console:imports_consentimport_change", row.pk)


def import_csv(request: HttpRequest, pk: str) -> StreamingHttpResponse:
    """The whole list as a table. It names lines of the file, and nobody; taking it out is an act."""
    _require(request)
    row = get_object_or_404(ConsentImport, pk=pk)
    with transaction.atomic():
        count = row.lower + row.refused + row.ask_again + row.duplicate
        record(IMPORT_SHOWN, actor=staff_actor(request), at=clock.now(), target=row, is_demo=row.is_demo, rows=count)
    answer = StreamingHttpResponse(_table(row), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{row.pk}.csv"'
    return answer


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _table(row: ConsentImport) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(["line", "what", "purpose", "channel", "before", "after", "said at", "why"])
    for each in ImportChange.objects.filter(consent_import=row).order_by("id").iterator(chunk_size=2000):
        said = each.said_at.isoformat() if each.said_at else ""
        cells = [each.line, each.get_kind_display(), each.purpose, each.channel, each.before, each.after, said]
        yield writer.writerow([harmless(str(cell)) for cell in [*cells, REASONS.get(each.reason, "")]])


def harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def mapping_page(request: HttpRequest) -> HttpResponse:
    """Read a mapping, and keep one of one's own."""
    _require(request)
    name = request.GET.get("name", "")
    try:
        initial = {"name": name, "document": document_of(name)} if name else {}
    except NotFound:
        initial = {}
    form = MappingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = save_mapping(actor=staff_actor(request), now=clock.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "The mapping is saved.")
            return redirect(f"{reverse('console:imports_mapping')}?name={row.name}")
    return _show(request, "mapping.html", "Mappings", form=form, known=mappings(), shipped=list(shipped()))


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


def _show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    values = {**console.each_context(request), "title": title, "back": reverse("console:index"), **context}
    return render(request, f"consent/imports/{template}", values)
