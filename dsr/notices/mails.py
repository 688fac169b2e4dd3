"""The mails of notices and tasks. Texts stand in templates/dsr/notices/."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from dsr.notices.models import Notice, Task
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage


@mail_template("dsr.notice", message_class=MessageClass.NOTICE)
def notice(message: OutboxMessage) -> RenderedMail:
    """A recipient is told whose data it must erase, correct or restrict. The address goes to whoever has it already."""
    row = Notice.objects.select_related("subject_request").get(pk=message.context["notice"])
    context = {"notice": row, "people": message.secret["people"], "reference": row.subject_request.reference}
    return RenderedMail(
        subject=f"Please act on personal data that you received from us ({row.subject_request.reference})",
        text=render_to_string("dsr/notices/notice.txt", {**context, **_site()}),
    )


@mail_template("dsr.task_reminder", message_class=MessageClass.REMINDER)
def task_reminder(message: OutboxMessage) -> RenderedMail:
    """A task of a case is due. Whom it is about is not in it."""
    row = Task.objects.select_related("subject_request").get(pk=message.context["task"])
    url = settings.KEPT_BASE_URL + reverse("console:dsr_tasks", args=[row.subject_request_id])
    return RenderedMail(
        subject=f"{row.subject_request.reference}: a task is due on {row.due_on.isoformat()}",
        text=render_to_string("dsr/notices/task_reminder.txt", {"task": row, "url": url, **_site()}),
    )


def _site() -> dict[str, str]:
    return {"site_name": settings.SITE_NAME, "base_url": settings.KEPT_BASE_URL}
