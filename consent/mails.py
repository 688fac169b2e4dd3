"""Mail of consent."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from consent.double_opt_in import chosen, open_wish
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


@mail_template("consent.confirm", message_class=MessageClass.SECRET)
def confirm(message: OutboxMessage) -> RenderedMail:
    """Double opt-in: what somebody chose in the name of this mailbox, and the link that makes it a grant."""
    token = message.secret["token"]
    wish = open_wish(token, now=message.created_at)
    labels = [one.label for one in chosen(wish.purpose_codes)]
    url = settings.KEPT_BASE_URL + reverse("confirm_grant", args=[token])
    values = {"url": url, "labels": labels, "site_name": settings.SITE_NAME}
    return RenderedMail(
        subject="Please confirm: " + ", ".join(labels) if labels else "Please confirm",
        text=render_to_string("consent/mail/confirm.txt", values),
    )
