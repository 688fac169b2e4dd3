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
    decided_by = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"answer to {self.item_id}"


class SystemAnswer(models.Model):
    """What a person found and did by hand in one system for one right. Silence is no answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(RequestItem, on_delete=models.CASCADE, related_name="system_answers")
    system = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    answer = models.CharField(max_length=12, choices=choices(Answer))

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "system"], name="system_answers_once")]
        ordering: ClassVar = ["label"]

    def __str__(self) -> str:
        return f"{self.system} for {self.item_id}"
