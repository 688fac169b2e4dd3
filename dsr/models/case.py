"""The case: the subject request, what it asks for, how to reach the person, and its history."""

import enum
import uuid
from typing import ClassVar

from django.db import models

from dsr.states import OPEN, Channel, Right, Role, State
from privacy.audit.models import EvidenceModel
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.models import Subject


def choices(kind: type[enum.StrEnum]) -> list[tuple[str, str]]:
    """Choices of a StrEnum."""
    return [(member.value, member.value.replace("_", " ")) for member in kind]


class SubjectRequest(models.Model):
    """One request of one person. It holds no personal field: those are in Contact and CaseNote.

    `received_at` is when the person's words reached us, not when somebody typed them; `subject` is
    known from confirmation on. State changes only through `dsr.services.moving.move`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True)
    state = models.CharField(max_length=16, choices=choices(State), default=State.UNCONFIRMED)
    channel = models.CharField(max_length=12, choices=choices(Channel))
    subject = models.ForeignKey(
        Subject, null=True, blank=True, on_delete=models.PROTECT, related_name="subject_requests"
    )
    received_at = models.DateTimeField()
    filed_at = models.DateTimeField(default=clock.now)
    filed_by = models.UUIDField(null=True, blank=True)  # the agent's user id; empty for the person
    identity_level = models.CharField(max_length=2, default="V0")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)  # the earliest of the items' current clocks
    safe_on = models.DateField(null=True, blank=True)
    policy_version = models.CharField(max_length=20, blank=True)
    regime = models.CharField(max_length=16, blank=True)  # the law where the person lives, frozen at filing
    region = models.CharField(max_length=8, blank=True)  # country or state the person named, such as DE or US-CA
    home_regime = models.CharField(max_length=16, blank=True)  # law and calendar of the settings, frozen at filing
    home_calendar = models.CharField(max_length=16, blank=True)
    promise_days = models.SmallIntegerField(null=True, blank=True)  # what the policy promised on the day of receipt
    role = models.CharField(max_length=12, blank=True, choices=choices(Role), default=Role.UNKNOWN)
    priority = models.SmallIntegerField(default=0)  # higher comes first: a report about a child is 9
    assigned_to = models.UUIDField(null=True, blank=True)  # the user id of who works on it
    awaits_person = models.BooleanField(default=False)  # a question of ours is open, as the history says
    language = models.CharField(max_length=8, default="en")
    is_demo = DemoMark()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "safe_on", "id"], name="dsr_queue"),
            models.Index(fields=["received_at", "id"], name="dsr_received"),
            models.Index(fields=["assigned_to", "state", "safe_on"], name="dsr_of_person"),
            models.Index(  # with all that filters and figures ask of open requests, so that no row is fetched for it
                fields=[  # those behind the id sort nothing: SQLite has no other columns in an index
                    "-priority",
                    "safe_on",
                    "id",
                    "state",
                    "due_on",
                    "promise_days",
                    "regime",
                    "home_regime",
                    "assigned_to",
                    "channel",
                    "awaits_person",
                ],
                condition=models.Q(state__in=sorted(OPEN)),
                name="dsr_open_queue",
            ),
            models.Index(fields=["state", "due_on"], name="dsr_by_due_day"),
            models.Index(fields=["closed_at"], name="dsr_closed"),
            models.Index(fields=["closed_at"], condition=models.Q(state=State.EXPIRED), name="dsr_expired"),
            *(  # what a list shows in the order of receipt although it is few of all
                models.Index(
                    fields=["received_at", "id"], condition=models.Q(state__in=[state]), name=f"dsr_{state}_list"
                )
                for state in (State.EXPIRED, State.REFERRED)
            ),
        ]
        permissions: ClassVar = [
            ("file_subject_request", "Can file a subject request for a person"),
            ("work_subject_request", "Can read and decide subject requests"),
            ("approve_erasure", "Can approve an erasure that somebody else prepared"),
        ]

    def __str__(self) -> str:
        return self.reference


class RequestItem(models.Model):
    """One right asked for in a request, with a clock and an outcome of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="items")
    right = models.CharField(max_length=30, choices=choices(Right))
    outcome = models.CharField(max_length=20, blank=True)  # fulfilled, partly, refused, nothing_held
    ground = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_request", "right"], name="right_once_per_request"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["right", "subject_request"], name="dsr_items_of_right"),
            models.Index(fields=["outcome", "subject_request"], name="dsr_items_by_outcome"),
            models.Index(fields=["decided_at"], name="dsr_items_decided"),
            models.Index(
                fields=["ground", "subject_request"], condition=~models.Q(ground=""), name="dsr_items_by_ground"
            ),
            models.Index(
                fields=["right", "subject_request"], condition=models.Q(decided_at=None), name="dsr_items_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.right} of {self.subject_request_id}"


class Contact(models.Model):
    """How the case reaches the person: its own, so that it can be answered after an erasure.

    Erased three months after closing (`erase_on`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.OneToOneField(SubjectRequest, on_delete=models.CASCADE, related_name="contact")
    name = EncryptedTextField(blank=True, default="")
    email = EncryptedTextField(blank=True, default="")
    postal = EncryptedTextField(blank=True, default="")
    phone = EncryptedTextField(blank=True, default="")
    index = models.CharField(max_length=80, blank=True, db_index=True)  # blind index of the email
    erase_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"contact of {self.subject_request_id}"


class CaseNote(models.Model):
    """Words about a case: the person's own message, or a staff note that is never exported."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=12, choices=[("message", "message"), ("staff", "staff note")])
    text = EncryptedTextField()
    author = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_request_id}"


class CaseLink(models.Model):
    """A mailed link, kept by hash: `confirm` the address (once), or follow the `status`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=10, choices=[("confirm", "confirm"), ("status", "status")])
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} link of {self.subject_request_id}"


class HistoryRow(EvidenceModel):
    """One thing that happened to a case. Codes and ids only."""

    subject_request_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=40)
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16, blank=True)
    detail = models.CharField(max_length=120, blank=True)  # a code, a count, a date or a hash
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, blank=True)

    hashed_fields: ClassVar[tuple[str, ...]] = (
        "subject_request_id",
        "kind",
        "from_state",
        "to_state",
        "detail",
        "actor_kind",
        "actor_id",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "at"], name="history_by_kind"),
            models.Index(fields=["kind", "subject_request_id"], name="history_of_kind"),
        ]

    @property
    def kind_words(self) -> str:
        """The code as staff read it."""
        return self.kind.replace("_", " ").capitalize()

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_request_id}"
