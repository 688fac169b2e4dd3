"""The mails of identity. Texts stand in templates/dsr/mail/."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from dsr.letters.words import letter_language
from dsr.models import SubjectRequest
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage


@mail_template("identity.code", message_class=MessageClass.SECRET)
def code(message: OutboxMessage) -> RenderedMail:
    """Six digits. It shows nothing of the person."""
    case = SubjectRequest.objects.get(pk=message.context["case"])
    with override(letter_language(case.language)):
        text = render_to_string(
            "dsr/mail/code.txt",
            {
                "reference": case.reference,
                "code": message.secret["code"],
                "url": settings.KEPT_BASE_URL + reverse("request_code"),
                "site_name": settings.SITE_NAME,
                "base_url": settings.KEPT_BASE_URL,
            },
        )
        return RenderedMail(
            subject=_("The code for your request %(reference)s") % {"reference": case.reference}, text=text
        )
