"""What came in by mail, and how far the mailbox was read."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class InboundState(models.TextChoices):
    """Where a message stands. Only `unclear` waits for a person, and only there the words are kept."""

    NEW = "new", "new"
    DONE = "done", "done by itself"
    IGNORED = "ignored", "sent by a program"
    UNCLEAR = "unclear", "waits for a person"
    SETTLED = "settled", "dealt with"


class InboundMail(models.Model):
    """One message. `message_key` is a hash of what it says, so that the same mail read again is the same row, also
    from another of our mailboxes; `mailbox` names the one it was read from first. `answers` is the mail of ours that
    it answers or brings back. A message with attachments lies whole and sealed in `raw_file` until it is dealt with;
    words and addresses are blanked then, the sender with them. `reason` is a code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message_key = models.CharField(max_length=64, unique=True)
    subject_id = models.UUIDField(null=True, blank=True, db_index=True)
    sender = EncryptedTextField(blank=True)
    sender_name = EncryptedTextField(blank=True, default="")
    recipients = EncryptedTextField(blank=True)
    subject_line = EncryptedTextField(blank=True)
    text = EncryptedTextField(blank=True)
    mailbox = models.CharField(max_length=80, blank=True)
    answers = models.UUIDField(null=True, blank=True)
    is_bounce = models.BooleanField(default=False)
    bounce_code = models.CharField(max_length=12, blank=True)
    raw_file = models.CharField(max_length=80, blank=True)
    raw_key = EncryptedTextField(blank=True, default="")
    is_automatic = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=InboundState.choices, default=InboundState.NEW)
    reason = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.UUIDField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "received_at"], name="inbound_by_state")]

    def __str__(self) -> str:
        return f"inbound mail {self.id}"


class MailboxPlace(models.Model):
    """Up to which message a folder was read. A server that numbers anew changes `validity`."""

    folder_key = models.CharField(max_length=64, primary_key=True)
    validity = models.CharField(max_length=20)
    last_uid = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.validity} {self.last_uid}"
