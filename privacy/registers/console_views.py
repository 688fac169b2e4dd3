"""Console pages of the registers: the file of a recipient. Every change is a POST."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from privacy.console.decorators import staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.registers.forms import RecipientForm
from privacy.registers.models import RecipientFile
from privacy.registers.safeguards.places import place_of
from privacy.registers.services.recipients import CHANGEABLE, end_recipient, keep_recipient

RIGHT = "registers.manage_recipients"
LIST = "console:registers_recipientfile_changelist"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recipient(request: HttpRequest, pk: uuid.UUID | str | None = None) -> HttpResponse:
    """A new file, or one that stands: read, change, end."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    row = get_object_or_404(RecipientFile, pk=pk) if pk else None
    if request.method == "POST" and row and request.POST.get("act") == "end":
        return _end(request, row)
    initial = {name: getattr(row, name) for name in CHANGEABLE} | {"code": row.code} if row else {}
    form = RecipientForm(request.POST or None, initial=initial)
    if row:
        form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid() and _keep(request, form, row):
        return redirect(LIST)
    title = row.label if row else "A new recipient"
    context: dict[str, Any] = {"title": title, "back": reverse("console:index"), "form": form, "row": row}
    context["place"] = place_of(row) if row else None
    return render(request, "registers/console/recipient.html", {**console.each_context(request), **context})


def _keep(request: HttpRequest, form: RecipientForm, row: RecipientFile | None) -> bool:
    values = dict(form.cleaned_data)
    code = values.pop("code")
    version = request.POST.get("version", "")
    try:
        keep_recipient(
            code=code,
            values=values,
            actor=staff_actor(request),
            now=clock.now(),
            version=(int(version) if version.isdecimal() else 0) if row else None,
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, "The file stands. What it says is asked at every disclosure from now on.")
    return True


def _end(request: HttpRequest, row: RecipientFile) -> HttpResponse:
    try:
        end_recipient(row=row, actor=staff_actor(request), now=clock.now())
        messages.success(request, "Nothing goes there any more.")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(LIST)
