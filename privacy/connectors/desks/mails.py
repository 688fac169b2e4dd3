"""The mails of questions to people. Whom a question is about stands in none of them."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from privacy.connectors.desks.asking import OUTSIDE_MAIL, STAFF_MAIL
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.tending import LATE_MAIL
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage


@mail_template(STAFF_MAIL, message_class=MessageClass.REMINDER)
def question(message: OutboxMessage) -> RenderedMail:
    """A member of staff is asked, or reminded."""
    row = _row(message)
    return _mail(message, row, settings.KEPT_BASE_URL + reverse("console:desks_question", args=[row.pk]))


@mail_template(OUTSIDE_MAIL, message_class=MessageClass.NOTICE)
def question_outside(message: OutboxMessage) -> RenderedMail:
    """Somebody outside the house is asked, or reminded."""
    url = settings.KEPT_BASE_URL + reverse("desk_question", args=[message.secret["token"]])
    return _mail(message, _row(message), url)


@mail_template(LATE_MAIL, message_class=MessageClass.REMINDER)
def late(message: OutboxMessage) -> RenderedMail:
    """Who works on requests hears that people have not answered in time."""
    row = _row(message)
    context = {"row": row, "site_name": settings.SITE_NAME, "base_url": settings.KEPT_BASE_URL}
    return RenderedMail(
        subject=f"{row.reference}: {row.label} has not answered",
        text=render_to_string("desks/mail/late.txt", context),
    )


def _row(message: OutboxMessage) -> DeskQuestion:
    return DeskQuestion.objects.get(pk=message.context["question"])


def _mail(message: OutboxMessage, row: DeskQuestion, url: str) -> RenderedMail:
    is_reminder = message.context["stage"] == "soon"
    context = {"row": row, "url": url, "is_reminder": is_reminder}
    site = {"site_name": settings.SITE_NAME, "base_url": settings.KEPT_BASE_URL}
    lead = "Reminder: please answer" if is_reminder else "Please answer"
    return RenderedMail(
        subject=f"{lead} until {row.due_on.isoformat()}: {row.label} ({row.reference})",
        text=render_to_string("desks/mail/question.txt", {**context, **site}),
    )
