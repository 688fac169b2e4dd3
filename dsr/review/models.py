"""A review of what goes into an answer: its documents, what is hidden in them, and who looked at it again."""

import uuid
from typing import ClassVar

from django.db import models

from dsr.models import SubjectRequest
from dsr.review.vocabulary import Origin, Reason, ReviewState, Ruling
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class Review(models.Model):
    """The review of one case. `digest` covers every document and mark as they were approved. `is_one_pair`: who
    decided in it approved it too, a day later, since nobody else could."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="review")
    state = models.CharField(max_length=10, choices=ReviewState.choices, default=ReviewState.OPEN)
    opened_at = models.DateTimeField(default=clock.now)
    opened_by = models.UUIDField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.UUIDField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    is_one_pair = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        permissions: ClassVar = [("review_documents", "Can read, redact and approve the documents of a request")]
        indexes: ClassVar = [
            models.Index(fields=["state", "opened_at"], name="review_by_state"),
            models.Index(fields=["opened_at", "id"], name="review_by_time"),
        ]

    def __str__(self) -> str:
        return f"review {self.id}"


class ReviewDocument(models.Model):
    """One document. Its original and its words lie sealed outside the database, each under a key that stands here.

    `content` is a keyed hash of the original: what comes twice is one document with two `copies`. `revision` rises
    with every change; the `result` is what leaves, made for one revision.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="documents")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=20)
    content = models.CharField(max_length=80)
    copies = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=8)  # text, or a kind of privacy.kernel.rendering
    name = EncryptedTextField(blank=True)
    size = models.BigIntegerField(default=0)
    pages = models.PositiveIntegerField(default=1)
    file = models.CharField(max_length=90, blank=True)
    file_key = EncryptedTextField(blank=True)
    words = models.CharField(max_length=90, blank=True)
    words_key = EncryptedTextField(blank=True)
    ruling = models.CharField(max_length=10, choices=Ruling.choices, default=Ruling.TODO)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    revision = models.PositiveIntegerField(default=0)
    ruled_at = models.DateTimeField(null=True, blank=True)
    ruled_by = models.UUIDField(null=True, blank=True)
    result = models.CharField(max_length=90, blank=True)
    result_key = EncryptedTextField(blank=True)
    result_digest = models.CharField(max_length=64, blank=True)
    result_size = models.BigIntegerField(default=0)
    result_revision = models.PositiveIntegerField(null=True, blank=True)
    fault = models.CharField(max_length=20, blank=True)  # why no result could be made
    added_at = models.DateTimeField(default=clock.now)
    added_by = models.UUIDField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "content"], name="document_once_per_review"),
            models.UniqueConstraint(fields=["review", "number"], name="document_number_once"),
        ]

    def __str__(self) -> str:
        return f"document {self.number} of review {self.review_id}"

    @property
    def is_text(self) -> bool:
        return self.kind == "text"

    @property
    def cannot_be_shown(self) -> bool:
        """A file of a record that is no image, PDF or text: a note stands for it, and it leaves as it is or not."""
        return self.pages == 0

    @property
    def leaves(self) -> bool:
        """Whether the person gets it, whole or redacted."""
        return self.ruling in {Ruling.RELEASE, Ruling.REDACT}

    @property
    def is_ready(self) -> bool:
        """Whether what leaves has been made as it was decided."""
        return not self.leaves or self.result_revision == self.revision


class Mark(models.Model):
    """A hidden place: of a text from `left` to `right` in characters, of a page in ten-thousandths of its sides."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(ReviewDocument, on_delete=models.CASCADE, related_name="marks")
    page = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField()
    top = models.PositiveIntegerField(default=0)
    right = models.PositiveIntegerField()
    low = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.CHOSEN)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "page", "left", "top", "right", "low"], name="mark_once"),
        ]

    def __str__(self) -> str:
        return f"mark of document {self.document_id}"


class DocumentCheck(models.Model):
    """That a second person looked at what leaves of a document, in this revision."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(ReviewDocument, on_delete=models.CASCADE, related_name="checks")
    revision = models.PositiveIntegerField()
    checked_by = models.UUIDField()
    checked_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "revision", "checked_by"], name="checked_once"),
        ]

    def __str__(self) -> str:
        return f"check of document {self.document_id}"
