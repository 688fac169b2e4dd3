"""What a business customer is mailed about a referral. Texts stand in templates/dsr/mail/."""

from django.conf import settings
from django.template.loader import render_to_string

from dsr.referring.models import Referral
from dsr.rights import label_of
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel import clock


@mail_template("referring.referral", message_class=MessageClass.NOTICE)
def referral(message: OutboxMessage) -> RenderedMail:
    """A person asked us; the customer answers. It says nothing about what we hold."""
    return _mail(message, "A request for you", is_reminder=False)


@mail_template("referring.reminder", message_class=MessageClass.REMINDER)
def reminder(message: OutboxMessage) -> RenderedMail:
    """The same once more, where nobody confirmed it."""
    return _mail(message, "Reminder: a request for you", is_reminder=True)


def _mail(message: OutboxMessage, title: str, *, is_reminder: bool) -> RenderedMail:
    row = Referral.objects.select_related("subject_request__contact").get(pk=message.context["referral"])
    case = row.subject_request
    contact = getattr(case, "contact", None)
    text = render_to_string(
        "dsr/mail/referral.txt",
        {
            "reference": case.reference,
            "is_reminder": is_reminder,
            "received_on": clock.local_date(case.received_at, settings.KEPT_TIME_ZONE),
            "referred_on": clock.local_date(row.referred_at, settings.KEPT_TIME_ZONE),
            "asked": [label_of(right) for right in case.items.order_by("right").values_list("right", flat=True)],
            "contact": contact,
            "site_name": settings.SITE_NAME,
            "base_url": settings.KEPT_BASE_URL,
        },
    )
    return RenderedMail(subject=f"{title} {case.reference}", text=text)
