"""Mail of the sign-in pages: confirmations, resets, notices about the account."""

from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage


@mail_template("accounts.message", message_class=MessageClass.SECRET)
def message(row: OutboxMessage) -> RenderedMail:
    """What allauth rendered: it holds tokens that cannot be rendered again."""
    secret = row.secret
    return RenderedMail(subject=secret["subject"], text=secret["text"])
