"""What people are asked about a person, what they answered, and the copies that they gave."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from privacy.connectors.desks.vocabulary import Ask, Ground, QuestionState, Result, Why
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.models import Subject


class DeskQuestion(models.Model):
    """One question to the people of one desk about one person in one case.

    `about` is the id of the case and `reference` its number. `identities` is what people need to look for somebody:
    JSON pairs of kind and value. `parent`: the answer that this question follows from (found, or removed).
    `evidence` says how one can see that the answer is so.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.SlugField(max_length=60)
    label = models.CharField(max_length=120)
    ask = models.CharField(max_length=8, choices=Ask.choices)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person_mac = models.CharField(max_length=64, blank=True)  # of a customer's person, who is no subject of ours
    about = models.UUIDField()
    reference = models.CharField(max_length=40)
    identities = EncryptedTextField(blank=True, default="")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    due_on = models.DateField()
    asked_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=8, choices=QuestionState.choices, default=QuestionState.OPEN)
    result = models.CharField(max_length=12, choices=Result.choices, blank=True)
    why = models.CharField(max_length=12, choices=Why.choices, blank=True)
    evidence = EncryptedTextField(blank=True, default="")
    evidence_file = models.CharField(max_length=80, blank=True)
    evidence_key = EncryptedTextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.UUIDField(null=True, blank=True)  # a user id; empty where somebody outside answered
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["due_on", "asked_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["desk", "about", "ask"], condition=Q(parent=None), name="desk_asked_once_in_a_case"
            ),
            models.UniqueConstraint(fields=["parent", "ask"], name="desk_asked_once_after_an_answer"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], condition=Q(state="open"), name="desk_question_open"),
            models.Index(fields=["-asked_at", "id"], name="desk_question_by_time"),
            models.Index(fields=["subject", "desk"], name="desk_question_of_subject"),
            models.Index(fields=["about"], name="desk_question_of_case"),
            models.Index(fields=["person_mac"], condition=~Q(person_mac=""), name="desk_question_of_customers"),
        ]

    def __str__(self) -> str:
        return f"{self.ask} at {self.desk}"

    @property
    def ask_words(self) -> str:
        """What people are asked, in the language of the page."""
        return gettext(self.get_ask_display())


class DeskLine(models.Model):
    """What was answered for one kind of thing that a desk holds. `counted`: how many of the removed a run has been
    told of already."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(DeskQuestion, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    table = models.CharField(max_length=60)
    category = models.CharField(max_length=60)
    found = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    ground = models.CharField(max_length=20, choices=Ground.choices, blank=True)
    until = models.DateField(null=True, blank=True)
    failed = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=12, choices=Why.choices, blank=True)
    counted = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "position"], name="desk_line_once"),
        ]

    def __str__(self) -> str:
        return f"line {self.position} of {self.question_id}"


class DeskCopy(models.Model):
    """One row of what a desk gave for the person, or one file of it, sealed. Both go when the case is over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(DeskQuestion, on_delete=models.CASCADE, related_name="copies")
    position = models.PositiveIntegerField()
    table = models.CharField(max_length=60)
    row = EncryptedTextField(blank=True, default="")
    file = models.CharField(max_length=80, blank=True)
    file_key = EncryptedTextField(blank=True, default="")
    media_type = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "position"], name="desk_copy_once"),
        ]

    def __str__(self) -> str:
        return f"copy {self.position} of {self.question_id}"
