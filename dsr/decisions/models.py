"""What waits before it is a decision: proposals, questions about a consequence, appeals."""

import json
import uuid
from typing import ClassVar

from django.db import models

from dsr.decisions.vocabulary import AppealState, ProposalState, choices
from dsr.models import RequestItem, SubjectRequest
from privacy.kernel import clock
from privacy.kernel.fields import EncryptedTextField


class Proposal(models.Model):
    """A decision as it was proposed, frozen: the second person approves exactly this, by its digest.

    `item` is the right that it is about; empty where the whole case is refused. `frozen` is canonical JSON: the
    decision, and what the case asked for when it was proposed. `why` are codes. `is_one_pair`: the one who
    proposed it approved it too, a day later, since nobody else could.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="proposals")
    item = models.ForeignKey(RequestItem, null=True, blank=True, on_delete=models.CASCADE, related_name="proposals")
    state = models.CharField(max_length=10, choices=choices(ProposalState), default=ProposalState.PROPOSED)
    why = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20)
    ground = models.CharField(max_length=40, blank=True)
    frozen = EncryptedTextField()
    digest = models.CharField(max_length=64)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField(default=clock.now)
    settled_by = models.UUIDField(null=True, blank=True)  # who approved it or sent it back
    settled_at = models.DateTimeField(null=True, blank=True)
    is_one_pair = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(state="proposed"), name="one_open_proposal_for_a_right"
            ),
            models.UniqueConstraint(
                fields=["subject_request"],
                condition=models.Q(state="proposed", item=None),
                name="one_open_proposal_for_a_case",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "proposed_at"], name="proposals_that_wait")]

    def __str__(self) -> str:
        return f"proposal for {self.item_id or self.subject_request_id}"

    @property
    def reasons(self) -> list[str]:
        """The codes of `why`."""
        return self.why.split(",")

    @property
    def content(self) -> dict[str, object]:
        """What was frozen, in clear: whoever shows it audits that."""
        found: dict[str, object] = json.loads(self.frozen)
        return found


class ConsequenceQuestion(models.Model):
    """An objection that may end the service: the person reads what follows, and confirms it or leaves it.

    `purposes` and `text` are those of the policy on the day; what is confirmed is exactly that.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.OneToOneField(RequestItem, on_delete=models.CASCADE, related_name="consequence")
    purposes = models.JSONField(default=list)
    words = EncryptedTextField(blank=True, default="")  # what legal adds
    text = models.TextField()
    asked_by = models.UUIDField(null=True, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    is_confirmed = models.BooleanField(null=True)

    def __str__(self) -> str:
        return f"consequence of {self.item_id}"


class Appeal(models.Model):
    """The person says that our answer is wrong; somebody who had no part in it decides. `extended_at`: when more time
    was taken, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="appeals")
    number = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=choices(AppealState), default=AppealState.OPEN)
    was_state = models.CharField(max_length=16)  # how the case stood: it goes back to this where the appeal is denied
    words = EncryptedTextField()
    due_on = models.DateField()
    received_at = models.DateTimeField(default=clock.now)
    extended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedTextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_request", "number"], name="appeal_number_once"),
            models.UniqueConstraint(
                fields=["subject_request"], condition=models.Q(state="open"), name="one_open_appeal"
            ),
        ]

    def __str__(self) -> str:
        return f"appeal {self.number} of {self.subject_request_id}"
