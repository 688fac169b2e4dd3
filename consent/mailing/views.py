"""The desk's part of mail: record an opt-out, and read what came in and is not clear."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from consent.mailing.audit_events import MAIL_OPENED
from consent.mailing.forms import OptOutForm, topic_choices
from consent.mailing.recording import opt_out_by_mail, record_opt_out, set_mail_aside
from privacy.audit.services import record
from privacy.console.decorators import staff_actor, staff_required
from privacy.jobs.mailbox.models import InboundMail, InboundState
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.kernel.identifiers import mask_email

SHOWN = 50
RIGHT = "dsr.file_subject_request"  # the right of agents
ASIDE = {"spam": "spam", "duplicate": "copies of others"}


@never_cache
@staff_required(RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def opt_out(request: HttpRequest) -> HttpResponse:
    """A few fields; the answer is the same whether we know the person or not."""
    now = clock.now()
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    form = OptOutForm(request.POST or None, initial={"received_on": today})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_opt_out(
                kind="email" if "@" in given["value"] else "phone",
                value=given["value"],
                purpose_code=given["purpose"],
                way=given["way"],
                received_at=_moment(given["received_on"], today, now),
                actor=staff_actor(request, via="desk"),
                now=now,
                is_demo=settings.KEPT_DEMO,
            )
        except DomainError as error:
            field = "received_on" if error.field == "received_at" else error.field
            form.add_error(field if field in form.fields else None, error.message)
        else:
            messages.success(request, "Recorded, and in force. The person gets a confirmation by email.")
            return redirect("desk_opt_out")
    return render(request, "consent/desk/opt_out.html", {"form": form}, status=400 if form.errors else 200)


def _moment(day: dt.date, today: dt.date, now: dt.datetime) -> dt.datetime:
    """A day in the past counts from its beginning, where the company is; today is now."""
    return now if day == today else dt.datetime.combine(day, dt.time(), ZoneInfo(settings.KEPT_TIME_ZONE))


@never_cache
@staff_required(RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def inbound(request: HttpRequest) -> HttpResponse:
    """What waits for somebody to read it, the oldest first. Several at once can be set aside unread."""
    if request.method == "POST":
        return _set_aside(request)
    waiting = InboundMail.objects.filter(state=InboundState.UNCLEAR).order_by("received_at", "id")
    lines = [(mail, mask_email(mail.sender)) for mail in waiting[:SHOWN]]
    return render(request, "consent/desk/inbound.html", {"lines": lines, "count": waiting.count()})


@never_cache
@staff_required(RIGHT)
@require_http_methods(["GET", "HEAD", "POST"])
def inbound_mail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One message. Reading it is on the log; dealing with it erases its words."""
    mail = get_object_or_404(InboundMail, pk=pk, state=InboundState.UNCLEAR)
    if request.method == "POST":
        return _settle(request, mail)
    with transaction.atomic():
        record(
            MAIL_OPENED,
            actor=staff_actor(request, via="desk"),
            at=clock.now(),
            target=mail,
            subject_id=mail.subject_id,
            is_demo=mail.is_demo,
        )
    return render(request, "consent/desk/inbound_mail.html", {"mail": mail, "topics": topic_choices(with_all=True)})


def _set_aside(request: HttpRequest) -> HttpResponse:
    """Several mails at once as spam or as copies of others; each stands in the log."""
    reason, actor, now = request.POST.get("act", ""), staff_actor(request, via="desk"), clock.now()
    if reason not in ASIDE:
        messages.error(request, "Choose what to do with them.")
        return redirect("desk_inbound")
    done = 0
    for mail in _chosen(request.POST.getlist("mail")):
        try:
            set_mail_aside(mail=mail, reason=reason, actor=actor, now=now)
            done += 1
        except DomainError:  # somebody dealt with it meanwhile
            continue
    messages.success(request, f"{done} set aside as {ASIDE[reason]}. Their words are erased here.")
    return redirect("desk_inbound")


def _chosen(values: list[str]) -> list[InboundMail]:
    ids = []
    for value in values[:SHOWN]:
        try:
            ids.append(uuid.UUID(value))
        except ValueError:
            continue
    return list(InboundMail.objects.filter(pk__in=ids, state=InboundState.UNCLEAR))


def _settle(request: HttpRequest, mail: InboundMail) -> HttpResponse:
    actor, now = staff_actor(request, via="desk"), clock.now()
    act = request.POST.get("act", "")
    try:
        if act == "opt_out":
            opt_out_by_mail(mail=mail, purpose_code=request.POST.get("purpose", ""), actor=actor, now=now)
            messages.success(request, "Recorded, and in force. The sender gets a confirmation; the mail is erased.")
        elif act in {"nothing", "elsewhere"}:
            set_mail_aside(mail=mail, reason=act, actor=actor, now=now)
            messages.success(request, "Done. The mail is erased here.")
        else:
            messages.error(request, "Choose what to do with it.")
            return redirect("desk_inbound_mail", mail.pk)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("desk_inbound")
