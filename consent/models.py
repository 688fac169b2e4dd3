"""What people decided: events that are never changed, and the projection that is asked."""

import uuid
from typing import ClassVar

from django.db import models

from consent.scoped.models import ScopedEvent, ScopedGrant
from consent.vocabulary import Door, Ground, Sale, Status
from privacy.audit.models import EvidenceModel
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.models import Subject

__all__ = [
    "CompellingGround",
    "ConsentEvent",
    "DecisionCount",
    "Preference",
    "ScopedEvent",
    "ScopedGrant",
    "SoftOptInProof",
]


class ConsentEvent(EvidenceModel):
    """One decision of one person about one purpose. Codes and hashes only; it outlives the person.

    `channel` is empty where the whole purpose is meant. `notice_digest` is the hash of the text that
    was shown, `policy_on` the version it belongs to. `site` and `region` say where, `source_kind` and
    `source_id` through what (a mail, a signal, a line of an import: an id, a code or a hash), `token_id`
    by which link, `until` when a pause ends.
    """

    subject_id = models.UUIDField(db_index=True)
    purpose = models.CharField(max_length=60)
    channel = models.CharField(max_length=16, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices)
    previous = models.CharField(max_length=12, blank=True)
    door = models.CharField(max_length=12, choices=Door.choices)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, blank=True)
    notice_digest = models.CharField(max_length=64, blank=True)
    notice_language = models.CharField(max_length=12, blank=True)
    policy_on = models.DateField(null=True, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)  # when the person said it, where that was earlier
    site = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=12, blank=True)
    source_kind = models.CharField(max_length=16, blank=True)
    source_id = models.CharField(max_length=64, blank=True)
    token_id = models.CharField(max_length=64, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    hashed_fields: ClassVar[tuple[str, ...]] = (
        "subject_id",
        "purpose",
        "channel",
        "status",
        "previous",
        "door",
        "actor_kind",
        "actor_id",
        "notice_digest",
        "notice_language",
        "policy_on",
        "said_at",
        "site",
        "region",
        "source_kind",
        "source_id",
        "token_id",
        "until",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_id", "at"], name="consent_of_subject"),
            models.Index(fields=["at", "id"], name="consent_by_time"),
            models.Index(fields=["purpose", "at", "id"], name="consent_by_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.purpose}"


class Preference(models.Model):
    """The newest event's outcome, for asking. Written in the event's transaction, and only there.

    `version` rises with every change, so that a caller can ask "still the same?". `paused_until` and `pace`
    ask for less and change nothing about the permission.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="preferences")
    purpose = models.CharField(max_length=60)
    channel = models.CharField(max_length=16, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices)
    version = models.PositiveIntegerField(default=1)
    event_id = models.UUIDField()
    changed_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    policy_on = models.DateField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    pace = models.CharField(max_length=8, blank=True)
    door = models.CharField(max_length=12, blank=True)  # of the newest decision
    source = models.CharField(max_length=16, blank=True)  # a signal's name, or the kind of what it came through
    given_at = models.DateTimeField(null=True, blank=True)  # the newest yes, also where it no longer stands

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "purpose", "channel"], name="preference_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=models.Q(status="given"), name="preference_to_expire"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.status}"


class CompellingGround(models.Model):
    """Why a use goes on against a person's objection (Article 21(1)), in the words of legal staff, until `ended_at`:
    legal ended it, or the person decided anew. That it was recorded, and as what, stands in the events."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="compelling_grounds")
    purpose = models.CharField(max_length=60)
    ground = models.CharField(max_length=12, choices=Ground.choices)
    words = EncryptedTextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        permissions: ClassVar = [("overrule_objections", "May record a compelling ground against an objection")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "purpose"], condition=models.Q(ended_at=None), name="one_ground_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ground} {self.purpose}"


class SoftOptInProof(EvidenceModel):
    """Why mail without consent is lawful (ePrivacy 13(2)): a sale of something similar, and an opt-out that was
    offered when the address was collected. References and texts stand here as hashes."""

    subject_id = models.UUIDField(db_index=True)
    purpose = models.CharField(max_length=60)
    event_id = models.UUIDField()
    sale = models.CharField(max_length=16, choices=Sale.choices)
    sale_digest = models.CharField(max_length=64)  # of the seller's own reference
    sold_on = models.DateField()
    product = models.CharField(max_length=60)  # what was sold, as a code
    offer_digest = models.CharField(max_length=64)  # of the text that offered the opt-out
    offered_at = models.DateTimeField()

    hashed_fields: ClassVar[tuple[str, ...]] = (
        "subject_id",
        "purpose",
        "event_id",
        "sale",
        "sale_digest",
        "sold_on",
        "product",
        "offer_digest",
        "offered_at",
    )

    def __str__(self) -> str:
        return f"{self.sale} {self.purpose}"


class DecisionCount(models.Model):
    """How often a key asked, per purpose, answer and hour: decisions are counted, not recorded."""

    key = models.ForeignKey("accounts.ApiKey", on_delete=models.CASCADE, related_name="counts")
    hour = models.DateTimeField()
    purpose = models.CharField(max_length=60)
    decision = models.CharField(max_length=5)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "hour", "purpose", "decision"], name="decision_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.decision} {self.count}"


from consent.reports.models import ConsentDay, Counted  # noqa: E402, F401 - models of this app in packages of their own
from consent.signals.models import SignalEvent  # noqa: E402, F401
