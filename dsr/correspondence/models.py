"""One message of a case, and the files that came with it."""

import uuid
from typing import ClassVar

from django.db import models

from dsr.correspondence.rules import NOT_SHOWN, SHOWABLE
from dsr.correspondence.vocabulary import Direction, Kind, Medium, Scanned
from dsr.models import SubjectRequest
from dsr.models.case import choices
from dsr.states import Channel
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class Message(models.Model):
    """Something that was said about a case. `at` is when it reached us or left, not when it was typed.

    `is_theirs`: it came from the address that the case is answered to, or staff wrote it down for the person;
    only that is ever shown on the person's page. `source_key` is that of the mail it was, so that it enters once;
    `outbox_id` the mail of ours that it answers, or that came back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=4, choices=choices(Direction), default=Direction.IN)
    medium = models.CharField(max_length=8, choices=choices(Medium))
    kind = models.CharField(max_length=8, choices=choices(Kind), default=Kind.WORDS)
    subject_line = EncryptedTextField(blank=True, default="")
    text = EncryptedTextField(blank=True, default="")
    is_theirs = models.BooleanField(default=True)
    at = models.DateTimeField()
    noted_by = models.UUIDField(null=True, blank=True)  # the user id of who wrote it down
    seen_at = models.DateTimeField(null=True, blank=True)  # when somebody of staff said that it is read
    source_key = models.CharField(max_length=64, blank=True)
    mailbox = models.CharField(max_length=80, blank=True)  # at which of our mailboxes it came in
    outbox_id = models.UUIDField(null=True, blank=True)
    code = models.CharField(max_length=12, blank=True)  # of a bounce: what the mail server said, such as 5.1.1
    created_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_request", "source_key"], condition=~models.Q(source_key=""), name="mail_once_in_case"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=models.Q(seen_at=None), name="message_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.medium} message of {self.subject_request_id}"


class Attachment(models.Model):
    """A file that came with a message. The original lies sealed and is never shown; `media_type` is what its bytes
    are, whatever its name says. Without a `file` only that it came is known: `why_not` says why. `scanned` is what the
    virus scanner said, or why it said nothing; none of it stands with files that are older than that."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField(default=0)
    name = EncryptedTextField(blank=True, default="")
    media_type = models.CharField(max_length=60)
    size = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    file = models.CharField(max_length=80, blank=True)
    file_key = EncryptedTextField(blank=True, default="")
    why_not = models.CharField(max_length=20, blank=True)
    scanned = models.CharField(max_length=16, blank=True, choices=choices(Scanned))
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return f"attachment {self.id}"

    @property
    def is_showable(self) -> bool:
        """Whether its pages may be looked at."""
        return bool(self.file) and self.media_type in SHOWABLE and self.scanned not in NOT_SHOWN


class Filing(models.Model):
    """What somebody asked for from afar: kept when it comes, opened as a case by a job (decision 0095).

    `sealed` is what was asked, until it is opened; `at` is when it came, and the case counts from then. The case has
    the id of its filing, unless the same person waits with the same wish already. A filing by the public form goes when
    it is opened. One by a system stays, so that a call is done once: `idem_hash` is of the key that the system chose,
    `body_mac` a keyed hash of what it sent, `reference` what it was told; `system` is the first of its API keys, the
    same through rotations, `filed_by` the one that it used.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=12, choices=choices(Channel))
    sealed = EncryptedTextField(blank=True, default="")
    reference = models.CharField(max_length=12, blank=True, db_index=True)
    system = models.UUIDField(null=True, blank=True)
    filed_by = models.UUIDField(null=True, blank=True)
    idem_hash = models.CharField(max_length=64, blank=True)
    body_mac = models.CharField(max_length=64, blank=True)
    subject_request = models.ForeignKey(
        SubjectRequest, null=True, blank=True, on_delete=models.CASCADE, related_name="filings"
    )
    at = models.DateTimeField()
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "idem_hash"], name="filed_once_by_key"),
        ]
        indexes: ClassVar = [models.Index(fields=["system", "at"], name="filings_of_system")]

    def __str__(self) -> str:
        return f"filing {self.id}"
