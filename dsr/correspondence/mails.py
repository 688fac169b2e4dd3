"""The mails of correspondence."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from dsr.models import SubjectRequest
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage


@mail_template("dsr.message_came", message_class=MessageClass.REMINDER)
def message_came(message: OutboxMessage) -> RenderedMail:
    """Something came in at a case. Who wrote and what is not in it."""
    case = SubjectRequest.objects.get(pk=message.context["case"])
    url = settings.KEPT_BASE_URL + reverse("console:dsr_subjectrequest_change", args=[case.pk])
    text = render_to_string("dsr/mail/message_came.txt", {"reference": case.reference, "url": url})
    return RenderedMail(subject=f"A message came in at {case.reference}", text=text)
