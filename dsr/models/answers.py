"""What was decided about each right, and what every outside system answered to it."""

import uuid
from typing import ClassVar

from django.db import models

from dsr.models.case import RequestItem, choices
from dsr.states import Answer
from privacy.kernel import clock
from privacy.kernel.fields import EncryptedTextField


class ItemAnswer(models.Model):
    """The words that go with a decision about one right, as the person reads them in the letter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.OneToOneField(RequestItem, on_delete=models.CASCADE, related_name="answer")
    words = EncryptedTextField(blank=True, default="")
    evidence = EncryptedTextField(blank=True, default="")  # where the proof of a ground lies: for staff only
    decided_by = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"answer to {self.item_id}"


class SystemAnswer(models.Model):
    """What a person found and did by hand in one system, or with one thing in it, for one right. Silence is no answer.

    Where it stays: the ground, the words that the person reads, and the day on which somebody looks at it again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(RequestItem, on_delete=models.CASCADE, related_name="system_answers")
    system = models.CharField(max_length=80)
    label = models.CharField(max_length=300)
    answer = models.CharField(max_length=12, choices=choices(Answer))
    ground = models.CharField(max_length=40, blank=True)
    words = EncryptedTextField(blank=True, default="")
    review_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "system"], name="system_answers_once")]
        indexes: ClassVar = [
            models.Index(fields=["ground", "item"], condition=~models.Q(ground=""), name="system_answers_by_ground"),
        ]
        ordering: ClassVar = ["label"]

    def __str__(self) -> str:
        return f"{self.system} for {self.item_id}"
