"""The mails of subject requests. Texts stand in templates/dsr/mail/."""

from dsr.models import Letter
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage


@mail_template("dsr.letter", message_class=MessageClass.NOTICE)
def letter(message: OutboxMessage) -> RenderedMail:
    """An answer or a refusal, as kept with the case."""
    row = Letter.objects.select_related("subject_request").get(pk=message.context["letter"])
    return RenderedMail(subject=f"Our answer to your request {row.subject_request.reference}", text=row.text)
