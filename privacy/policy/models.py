"""The policy as rows. A version and everything that belongs to it is frozen once it is published:
database triggers refuse any change on both engines (`triggers.py`)."""

import uuid
from typing import ClassVar

from django.db import models

from privacy.kernel import clock
from privacy.policy.vocabulary import Basis, Switch, switch_for


class VersionState(models.TextChoices):
    """A version is drafted, then published, and never anything else again."""

    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


class PolicyVersion(models.Model):
    """One text of the policy with its date. `source` is the file as it was loaded, `document` the
    canonical JSON of its content, `digest` the SHA-256 of that."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    effective_on = models.DateField(unique=True)
    is_material = models.BooleanField(default=False)
    language = models.CharField(max_length=12, default="en")
    title = models.CharField(max_length=200)
    change_summary = models.TextField(blank=True)
    minimum_age = models.PositiveSmallIntegerField()
    response_days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    source = models.TextField()
    document = models.TextField()
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.UUIDField(null=True, blank=True)  # the user's id; empty for the operator
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.UUIDField(null=True, blank=True)  # who changed the draft last
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.UUIDField(null=True, blank=True)
    reviewed_digest = models.CharField(max_length=64, blank=True)  # the very text that was reviewed
    review_note = models.TextField(blank=True)  # why a reviewer sent the draft back

    class Meta:
        ordering: ClassVar = ["-effective_on"]
        permissions: ClassVar = [("publish_policy", "Can publish a policy version")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="published", published_at__isnull=False)
                | models.Q(state="draft", published_at__isnull=True),
                name="policy_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Policy of {self.effective_on}"

    @property
    def is_published(self) -> bool:
        return self.state == VersionState.PUBLISHED


class VersionPart(models.Model):
    """Base of the rows that belong to a version and are frozen with it. `position` is the place in
    the file: the order in which pages list them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="%(class)s_rows")
    position = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        ordering: ClassVar = ["position"]


class Site(VersionPart):
    """An online place of the controller. `public_key` names it in public calls and is the same in
    every version."""

    slug = models.SlugField(max_length=40)
    label = models.CharField(max_length=120)
    host = models.CharField(max_length=253)
    public_key = models.CharField(max_length=40)

    class Meta(VersionPart.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "slug"], name="policy_site_once")]

    def __str__(self) -> str:
        return self.slug


class Category(VersionPart):
    """A kind of personal data. `sources` says where it comes from; `only_for` lists the only
    purposes that may ever use it (empty: no such binding)."""

    code = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    description = models.TextField()
    sources = models.JSONField(default=list)
    only_for = models.JSONField(default=list)
    is_derived = models.BooleanField(default=False)
    is_sensitive = models.BooleanField(default=False)

    class Meta(VersionPart.Meta):
        verbose_name_plural = "categories"
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "code"], name="policy_category_once")]

    def __str__(self) -> str:
        return self.code


class Purpose(VersionPart):
    """What data is used for, on which basis. `categories`, `recipients`, `channels`, `audiences` and
    `denied_by` (browser signals) are codes of the same version. `stale_before` moves with each material
    change and is frozen with the version."""

    code = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    summary = models.TextField()
    group = models.CharField(max_length=20)
    basis = models.CharField(max_length=24, choices=[(each.value, each.label) for each in Basis])
    message_class = models.CharField(max_length=16)
    channels = models.JSONField(default=list)
    audiences = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    recipients = models.JSONField(default=list)
    denied_by = models.JSONField(default=list)
    promises = models.JSONField(default=list)
    assessment = models.CharField(max_length=60, blank=True)
    consequence = models.TextField(blank=True)
    valid_days = models.PositiveIntegerField(null=True, blank=True)
    is_double_opt_in = models.BooleanField(default=False)
    similar_to = models.TextField(blank=True)
    opt_out_offer = models.TextField(blank=True)
    change = models.CharField(max_length=12, blank=True)  # what this version does to it, noted when published
    change_reasons = models.JSONField(default=list)  # codes
    stale_before = models.DateField(null=True, blank=True)  # grants to a text before this day must be reaffirmed

    class Meta(VersionPart.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "code"], name="policy_purpose_once")]

    def __str__(self) -> str:
        return self.code

    @property
    def switch(self) -> Switch:
        """What the person can do about it: grant and withdraw, object, or nothing."""
        return switch_for(Basis(self.basis))

    def allows(self, category: str) -> bool:
        """Whether data of this category may be used for this purpose at all."""
        return category in self.categories


class Notice(VersionPart):
    """The text that a person is shown about a purpose, in one language. Consent points at its digest."""

    purpose = models.ForeignKey(Purpose, on_delete=models.CASCADE, related_name="notices")
    language = models.CharField(max_length=12)
    text = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta(VersionPart.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["purpose", "language"], name="policy_notice_once")]

    def __str__(self) -> str:
        return f"notice {self.language} {self.digest[:12]}"


class Recipient(VersionPart):
    """Whom data goes to, in which role, with which categories."""

    code = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    role = models.CharField(max_length=24)
    country = models.CharField(max_length=60)
    description = models.TextField()
    categories = models.JSONField(default=list)

    class Meta(VersionPart.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "code"], name="policy_recipient_once")]

    def __str__(self) -> str:
        return self.code


class RetentionPeriod(VersionPart):
    """How long one kind of data is kept: `days` after `counts_from`, then `action`."""

    code = models.CharField(max_length=60)
    category = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    days = models.PositiveIntegerField()
    counts_from = models.CharField(max_length=60)
    action = models.CharField(max_length=16)
    ground = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)

    class Meta(VersionPart.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "code"], name="policy_retention_once")]

    def __str__(self) -> str:
        return self.code


class ShownFigure(models.Model):
    """Whether legal shows the live figure of a promise on the public page; not part of any version."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    is_shown = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"S{self.number}"


class BoardReading(models.Model):
    """What every live control said when it was last asked: one row, written over. Sentences of figures; they name
    nobody."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    asked_at = models.DateTimeField()
    figures = models.JSONField()

    def __str__(self) -> str:
        return f"board of {self.asked_at:%Y-%m-%d %H:%M}"
