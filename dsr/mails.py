"""The mails of subject requests. Texts stand in templates/dsr/mail/."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from dsr.models import Clock, Letter, SubjectRequest
from dsr.rights import label_of
from dsr.services.confirming import links_for_mail
from dsr.services.digest import week_of
from dsr.stages import Stage
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel import clock

DOORS = {"confirm": "request_confirm", "status": "request_status"}

SUBJECTS = {
    "extension": "More time for your request",
    "identity_question": "A question about your request",
    "lifting": "The restriction that you asked for ends:",
}


@mail_template("dsr.letter", message_class=MessageClass.NOTICE)
def letter(message: OutboxMessage) -> RenderedMail:
    """An answer, a refusal, or a word in between, as kept with the case."""
    row = Letter.objects.select_related("subject_request").get(pk=message.context["letter"])
    subject = SUBJECTS.get(row.kind, "Our answer to your request")
    return RenderedMail(subject=f"{subject} {row.subject_request.reference}", text=row.text)


@mail_template("dsr.confirm", message_class=MessageClass.SECRET)
def confirm(message: OutboxMessage) -> RenderedMail:
    """The link that confirms an address. It shows nothing of the person."""
    case = SubjectRequest.objects.prefetch_related("items").get(pk=message.context["case"])
    asked = [label_of(item.right) for item in case.items.all()]
    return RenderedMail(
        subject=f"Confirm your request {case.reference}",
        text=_text("confirm", reference=case.reference, asked=asked, url=_url("confirm", message.secret["token"])),
    )


@mail_template("dsr.acknowledgement", message_class=MessageClass.SECRET)
def acknowledgement(message: OutboxMessage) -> RenderedMail:
    """The acknowledgement as kept, and the link to follow the request by."""
    row = Letter.objects.select_related("subject_request").get(pk=message.context["letter"])
    url = _url("status", message.secret["token"])
    return RenderedMail(
        subject=f"We received your request {row.subject_request.reference}",
        text=_text("acknowledgement_mail", letter=row.text, url=url),
    )


@mail_template("dsr.links", message_class=MessageClass.SECRET)
def links(message: OutboxMessage) -> RenderedMail:
    """The links of a mailbox's requests; made now, because nothing about the person was looked up before."""
    found = links_for_mail(email=message.recipient, now=clock.now())
    lines = [{"reference": case.reference, "kind": kind, "url": _url(kind, token)} for case, kind, token in found]
    return RenderedMail(subject="The links to your requests", text=_text("links", lines=lines))


@mail_template("dsr.expired", message_class=MessageClass.NOTICE)
def expired(message: OutboxMessage) -> RenderedMail:
    """Nobody confirmed: the request has ended."""
    case = SubjectRequest.objects.get(pk=message.context["case"])
    return RenderedMail(
        subject=f"Your request {case.reference} was not confirmed", text=_text("expired", reference=case.reference)
    )


REMINDERS = {
    Stage.T14: "At most two weeks are left to answer this request.",
    Stage.T7: "At most a week is left to answer this request.",
    Stage.T3: "At most three days are left to answer this request.",
    Stage.T1: "Answer this request today or tomorrow.",
    Stage.OVERDUE: "The day by which this request was to be answered has passed.",
    Stage.ESCALATION: "This request is late and not answered. You may approve and decide, so you are told too.",
}


@mail_template("dsr.reminder", message_class=MessageClass.REMINDER)
def reminder(message: OutboxMessage) -> RenderedMail:
    """A due date comes near, or has passed. Who asks is not in it: the console tells those who may know."""
    row = Clock.objects.select_related("item__subject_request").get(pk=message.context["clock"])
    case = row.item.subject_request
    line = REMINDERS[Stage(message.context["stage"])]
    url = settings.KEPT_BASE_URL + reverse("console:dsr_subjectrequest_change", args=[case.pk])
    facts = {"reference": case.reference, "right": row.item.get_right_display(), "line": line, "url": url}
    text = _text("reminder", due_on=row.due_on, safe_on=row.safe_on, **facts)
    return RenderedMail(subject=f"{case.reference} is due on {row.due_on.isoformat()}", text=text)


@mail_template("dsr.digest", message_class=MessageClass.REMINDER)
def digest(message: OutboxMessage) -> RenderedMail:
    """The week of legal, as it stands when the mail leaves. Nobody is named."""
    week = week_of(dt.date.fromisoformat(str(message.context["monday"])))
    url = settings.KEPT_BASE_URL + reverse("console:dsr_subjectrequest_changelist")
    count = len(week.due)
    return RenderedMail(
        subject=f"Week of {week.monday.isoformat()}: {count} {'answer' if count == 1 else 'answers'} due",
        text=_text("digest", week=week, url=url),
    )


def _url(kind: str, token: str) -> str:
    return settings.KEPT_BASE_URL + reverse(DOORS[kind], args=[token])


def _text(name: str, **context: Any) -> str:
    context |= {"site_name": settings.SITE_NAME, "base_url": settings.KEPT_BASE_URL}
    return render_to_string(f"dsr/mail/{name}.txt", context)
