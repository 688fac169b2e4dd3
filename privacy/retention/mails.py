"""The mails of retention. Texts stand in templates/retention/mail/."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.retention.models import LegalHold


@mail_template("retention.hold_review", message_class=MessageClass.REMINDER)
def hold_review(message: OutboxMessage) -> RenderedMail:
    """A hold is to be looked at. Whom it concerns and why is not in it."""
    hold = LegalHold.objects.get(pk=message.context["hold"])
    day = hold.review_on.isoformat()
    context = {
        "review_on": day,
        "url": settings.KEPT_BASE_URL + reverse("console:retention_legalhold_change", args=[hold.pk]),
        "site_name": settings.SITE_NAME,
        "base_url": settings.KEPT_BASE_URL,
    }
    return RenderedMail(
        subject=f"A legal hold is to be looked at by {day}",
        text=render_to_string("retention/mail/hold_review.txt", context),
    )
