"""Django's mail functions lead here: mail that does not go through the outbox could be lost or doubled."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class UseTheOutbox(BaseEmailBackend):
    """Refuses, and says what to call instead."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise RuntimeError("Send mail with privacy.jobs.outbox.queue_mail, in the transaction that causes it.")
