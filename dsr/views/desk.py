"""The desk: an agent files what came by mail, phone, chat or post, without seeing what we hold.

Pasting a text, or dropping a mail, and pressing "Read it" fills the form; nothing is filed by that. It all works
without a script, and with the keyboard alone.
"""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from dsr.correspondence.audit_events import MAIL_READ_AT_DESK
from dsr.correspondence.proposing import Proposal, candidates, propose_from_mail, propose_from_text
from dsr.correspondence.services import GivenFile
from dsr.forms import LONGEST_TEXT, DeskForm, add_domain_error
from dsr.models import SubjectRequest
from dsr.services.desk import Filing, file_at_desk, join_at_desk
from dsr.services.intake import Reach, masked_open_references
from dsr.status_page import case_line
from privacy.audit.services import record
from privacy.console.decorators import staff_actor, staff_required
from privacy.jobs.mailbox.models import InboundMail, InboundState
from privacy.jobs.mailbox.taking_in import take_in
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.uploading import InMemory, checked_upload

SHOWN = 20
RIGHT = "dsr.file_subject_request"


@csrf_exempt  # the token is checked below, once the handler that keeps files in memory stands ready
@never_cache
@staff_required(RIGHT)
def desk(request: HttpRequest) -> HttpResponseBase:
    """The form, and what this agent filed lately. A scan or a mail stays in memory until it is sealed."""
    request.upload_handlers = [InMemory(request)]
    return _desk(request)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _desk(request: HttpRequest) -> HttpResponse:
    """A second request of an address asks before it is filed."""
    if request.method != "POST":
        form = DeskForm(initial={"received_on": _today()})
        form.fields["message"].widget.attrs["autofocus"] = True
        return _show(request, form)
    if request.POST.get("act") in ACTS:
        return ACTS[request.POST["act"]](request)
    form = DeskForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=400)
    values = form.cleaned_data
    open_ones = [] if values["file_anyway"] else masked_open_references(email=values["email"])
    if open_ones:
        return _show(request, form, open_ones=open_ones, status=409)
    try:
        case = _file(request, values)
    except DomainError as error:
        add_domain_error(form, error)
        return _show(request, form, status=400)
    due = f" The answer is due by {case.due_on:%-d %B %Y}." if case.due_on else ""
    messages.success(request, f"Filed as {case.reference}.{due}")
    return redirect("desk")


@never_cache
@staff_required(RIGHT)
@require_safe
def from_mail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The form filled from a mail that came in. Reading it is on the log; filing keeps its moment and its words."""
    mail = get_object_or_404(InboundMail, pk=pk, state=InboundState.UNCLEAR)
    with transaction.atomic():
        record(
            MAIL_READ_AT_DESK,
            actor=staff_actor(request, via="desk"),
            at=clock.now(),
            target=mail,
            subject_id=mail.subject_id,
            is_demo=mail.is_demo,
        )
    return _show_proposal(request, _proposed(mail), mail=mail)


def _read(request: HttpRequest) -> HttpResponse:
    """Fill the form from what was pasted or dropped; what the agent typed already stays."""
    typed = DeskForm(request.POST, request.FILES)
    text = request.POST.get("message", "").replace("\r\n", "\n")[:LONGEST_TEXT]
    try:
        mail = _dropped_mail(request.FILES.get("file"))
        text = text if mail or text else _dropped_text(request.FILES.get("file"))
    except DomainError as error:
        typed.is_valid()
        typed.errors.clear()
        add_domain_error(typed, error)
        return _show(request, typed, status=400)
    proposal = _proposed(mail) if mail else propose_from_text(text, today=_today())
    keep = {name: value for name in DeskForm.base_fields if (value := _typed(request, name))}
    if keep.get("received_on") == _today().isoformat():  # the form's own, not the agent's
        keep.pop("received_on")
    values = {"received_on": _today(), **proposal.values, **keep, "message": proposal.values["message"]}
    return _show_proposal(request, Proposal(values, proposal.pieces), mail=mail)


def _join(request: HttpRequest) -> HttpResponse:
    """The mail belongs to the newest open request of its sender: into its thread."""
    try:
        pk = uuid.UUID(request.POST.get("mail", ""))
        join_at_desk(mail_id=pk, actor=staff_actor(request, via="desk"), now=clock.now())
    except (ValueError, DomainError) as error:
        messages.error(request, error.message if isinstance(error, DomainError) else "Choose a mail from the list.")
    else:
        messages.success(request, "The mail is in the thread of that request now, with its time and attachments.")
    return redirect("desk_inbound")


ACTS = {"read": _read, "join": _join}
# The language is not among them: the form always sends one, so nobody can tell whether it was chosen.
TYPED = frozenset(DeskForm.base_fields) - {"rights", "message", "file", "language", "file_anyway"}


def _typed(request: HttpRequest, name: str) -> Any:
    if name == "rights":
        return request.POST.getlist(name)
    return request.POST.get(name, "").strip() if name in TYPED else ""


def _proposed(mail: InboundMail) -> Proposal:
    received_on = clock.local_date(mail.received_at, settings.KEPT_TIME_ZONE)
    text = mail.text.strip()
    return propose_from_mail(
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject_line=mail.subject_line,
        text=text,
        received_on=received_on,
    )


def _dropped_mail(file: "UploadedFile[Any] | None") -> InboundMail | None:
    """The mail of a dropped .eml, which waits in the list until it is filed. InvalidInput(file)."""
    if file is None or not str(file.name).lower().endswith(".eml"):
        return None
    return take_in(raw=file.read(), now=clock.now())


def _dropped_text(file: "UploadedFile[Any] | None") -> str:
    """The words of a dropped text file. InvalidInput(file) for anything else: a picture cannot be read."""
    if file is None:
        return ""
    if not str(file.name).lower().endswith((".txt", ".text")):
        raise InvalidInput("Only a mail (.eml) or a text (.txt) can be read. Attach a scan as you file.", field="file")
    text: str = file.read(4 * LONGEST_TEXT).decode("utf-8", "replace")
    return text.replace("\0", "").replace("\r\n", "\n")[:LONGEST_TEXT]


def _file(request: HttpRequest, values: dict[str, Any]) -> SubjectRequest:
    reach = Reach(**{name: values[name] for name in ("name", "email", "postal", "phone", "region")})
    names = ("rights", "channel", "received_on", "message", "late_reason", "identity_level")
    filing = Filing(reach=reach, language=values["language"] or "en", **{name: values[name] for name in names})
    return file_at_desk(
        filing=filing,
        scans=_scans(values["file"]),
        mail_id=values["mail"],
        actor=staff_actor(request, via="desk"),
        now=clock.now(),
        is_demo=settings.KEPT_DEMO,
    )


def _scans(file: "UploadedFile[Any] | None") -> list[GivenFile]:
    """The scan, told by its content. InvalidInput(file) for what is no picture and no PDF, or has a virus."""
    if file is None:
        return []
    data, name = file.read(), str(file.name)
    _, scanned = checked_upload(data, name=name)
    return [GivenFile(name, data, scanned)]


def _today() -> dt.date:
    return clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)


def _show_proposal(request: HttpRequest, proposal: Proposal, *, mail: InboundMail | None = None) -> HttpResponse:
    initial = {**proposal.values, **({"mail": mail.pk} if mail else {})}
    about = candidates(email=str(initial.get("email", "")), phone=str(initial.get("phone", "")))
    return _show(request, DeskForm(initial=initial), proposal=proposal, candidates=about, mail=mail)


def _show(request: HttpRequest, form: DeskForm, *, status: int = 200, **more: Any) -> HttpResponse:
    filed = (
        SubjectRequest.objects.filter(filed_by=request.user.pk).prefetch_related("items").order_by("-filed_at", "id")
    )
    context = {"form": form, "lines": [case_line(case) for case in filed[:SHOWN]], **more}
    return render(request, "dsr/desk.html", context, status=status)
