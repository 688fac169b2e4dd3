"""Mail of consent."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage


@mail_template("consent.link", message_class=MessageClass.SECRET)
def link(message: OutboxMessage) -> RenderedMail:
    """The link to the preferences of the mailbox it is sent to."""
    url = settings.KEPT_BASE_URL + reverse("preferences_link", args=[message.secret["token"]])
    return RenderedMail(
        subject=f"Your {settings.SITE_NAME} preferences",
        text=render_to_string("consent/mail/link.txt", {"url": url, "site_name": settings.SITE_NAME}),
    )
