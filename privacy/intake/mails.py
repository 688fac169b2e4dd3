"""Mail of intake."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from privacy.intake.models import TellTask
from privacy.intake.selectors import letter_of
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage


@mail_template("intake.told", message_class=MessageClass.NOTICE)
def told(message: OutboxMessage) -> RenderedMail:
    """Where data about this person came from."""
    task = TellTask.objects.select_related("collection").filter(pk=str(message.context["task"])).first()
    text = letter_of(task) if task else "What this mail was about has been erased since."
    return RenderedMail(subject="Where we have data about you from", text=text)


@mail_template("intake.tell_reminder", message_class=MessageClass.REMINDER)
def tell_reminder(message: OutboxMessage) -> RenderedMail:
    """How many people staff have to tell within a week."""
    values = {
        "count": int(message.context["count"]),
        "url": settings.KEPT_BASE_URL + reverse("console:intake_telltask_changelist"),
        "site_name": settings.SITE_NAME,
    }
    return RenderedMail(
        subject="People to be told where their data came from",
        text=render_to_string("intake/mail/tell_reminder.txt", values),
    )
