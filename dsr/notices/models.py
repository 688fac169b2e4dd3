"""Whom to tell and how; each notice with its delivery; each task with its answer."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from dsr.models import SubjectRequest
from dsr.notices.vocabulary import Event, NoticeState, TaskKind, TaskState, Way
from privacy.jobs.webhooks.models import WebhookEndpoint
from privacy.kernel import clock
from privacy.kernel.demo import DemoMark
from privacy.kernel.fields import EncryptedTextField


class NoticeRoute(models.Model):
    """How one recipient is told. `code` is that of its file or of its kind in the policy; `endpoint` goes before
    `email`. `hears_all`: it receives everybody's data, without a row in the ledger for each."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    hears_all = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=clock.now)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["label"]

    def __str__(self) -> str:
        return self.code


class Notice(models.Model):
    """One recipient told of one thing in one case. `reason` says in words why nobody was told (Art. 19: impossible,
    or disproportionate effort)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="notices")
    recipient = models.CharField(max_length=60)
    label = models.CharField(max_length=120)
    event = models.CharField(max_length=12, choices=Event.choices)
    way = models.CharField(max_length=8, choices=Way.choices)
    state = models.CharField(max_length=12, choices=NoticeState.choices, default=NoticeState.QUEUED)
    reason = EncryptedTextField(blank=True, default="")
    outbox_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["label", "event"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_request", "recipient", "event"], name="recipient_told_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=Q(state__in=["queued", "sent"]), name="notice_on_its_way"),
        ]

    def __str__(self) -> str:
        return f"notice to {self.recipient}"


class Task(models.Model):
    """What a person has to do for a case. One of a system (`is_blocking`) keeps the case from being answered; one of
    a notice comes after the answer and stays visible until it is done.

    One of a residual says `what` is left in a system, `why`, and `how` it goes; `reported_at` is when a run last said
    so. Where it cannot be done: the ground, the words that the person reads, and the day of the next look.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_request = models.ForeignKey(SubjectRequest, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=8, choices=TaskKind.choices)
    about = models.CharField(max_length=80)  # the key of the system, or the code of the recipient
    label = models.CharField(max_length=120)
    what = models.TextField(blank=True)
    why = models.TextField(blank=True)
    how = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, null=True, blank=True, related_name="task")
    owner = models.UUIDField(null=True, blank=True)  # the user id of who does it; empty: whoever works on the case
    due_on = models.DateField()
    is_blocking = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=TaskState.choices, default=TaskState.OPEN)
    answer = models.CharField(max_length=12, blank=True)
    note = EncryptedTextField(blank=True, default="")  # what was done, and how one can see it
    ground = models.CharField(max_length=40, blank=True)
    words = EncryptedTextField(blank=True, default="")
    review_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.UUIDField(null=True, blank=True)
    confirmed_by = models.UUIDField(null=True, blank=True)  # the second person, where something stays
    is_one_pair = models.BooleanField(default=False)  # it was the same one, a day later
    is_demo = DemoMark()

    class Meta:
        ordering: ClassVar = ["due_on", "label", "what"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_request", "kind", "about"], name="task_once_in_a_case"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], condition=Q(state__in=["open", "proposed"]), name="task_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
