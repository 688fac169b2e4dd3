"""Words of notices and tasks. Pure."""

from django.db import models


class Event(models.TextChoices):
    """What a recipient is told; the topic of a webhook is `subject.` and this."""

    ERASED = "erased", "erased"
    RECTIFIED = "rectified", "corrected"
    RESTRICTED = "restricted", "restricted"


EVENT_OF_RIGHT = {
    "erasure": Event.ERASED,
    "rectification": Event.RECTIFIED,
    "restriction": Event.RESTRICTED,
}


class Way(models.TextChoices):
    """How a recipient is told."""

    MAIL = "mail", "by mail"
    WEBHOOK = "webhook", "by signed event"
    TASK = "task", "by a person"


class NoticeState(models.TextChoices):
    """Where a notice stands."""

    QUEUED = "queued", "on its way"
    SENT = "sent", "sent"
    ACKNOWLEDGED = "acknowledged", "acknowledged"
    FAILED = "failed", "could not be delivered"
    EXEMPT = "exempt", "not told, with a reason"


class TaskKind(models.TextChoices):
    """What a person is to do."""

    NOTIFY = "notify", "Tell a recipient"
    RECTIFY = "rectify", "Correct in a system"
    RESTRICT = "restrict", "Restrict in a system"
    ERASE = "erase", "Erase in a system"
    REVIEW = "review", "Look again at what stays"
    CHASE = "chase", "Ask a vendor that is late"


class TaskState(models.TextChoices):
    """Whether a task still waits."""

    OPEN = "open", "open"
    PROPOSED = "proposed", "waits for a second person"
    DONE = "done", "answered"


SHORTEST_NOTE = 20  # characters: what was done and how one can see it
WAITING = (TaskState.OPEN, TaskState.PROPOSED)
LONGEST_DELAY = 90  # days: longer than the longest of our own backups, nothing that is to go waits by itself
