"""The mails of a deletion that a person asked for: at its start, a day before, and where it becomes a normal case.
The end is told by the answer of the case."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.letters.words import letter_language
from dsr.own_deletion.blockers import WORDS
from dsr.own_deletion.models import OwnDeletion
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel import clock
from privacy.kernel.spoken_days import day_in_words


@mail_template("dsr.own_deletion_start", message_class=MessageClass.SECRET)
def start(message: OutboxMessage) -> RenderedMail:
    """That it was asked for, when it runs, and how to undo it."""
    return _mail(message, "start", "Your account will be deleted")


@mail_template("dsr.own_deletion_tomorrow", message_class=MessageClass.SECRET)
def tomorrow(message: OutboxMessage) -> RenderedMail:
    """The last word before it runs."""
    return _mail(message, "tomorrow", "Your account will be deleted tomorrow")


@mail_template("dsr.own_deletion_turned", message_class=MessageClass.SECRET)
def turned(message: OutboxMessage) -> RenderedMail:
    """That a person looks at it first, and why."""
    return _mail(message, "turned", "Your account is not deleted yet")


def _mail(message: OutboxMessage, what: str, subject: str) -> RenderedMail:
    row = OwnDeletion.objects.select_related("subject_request").get(pk=message.context["deletion"])
    case = row.subject_request
    with translation.override(letter_language(case.language)):
        context: dict[str, Any] = {
            "what": what,
            "day": day_in_words(clock.local_date(row.runs_at, settings.KEPT_TIME_ZONE)),
            "reference": case.reference,
            "why": _(WORDS[row.why]) if row.why else "",
            "url": settings.KEPT_BASE_URL + reverse("request_status", args=[message.secret["token"]]),
            "site_name": settings.SITE_NAME,
            "base_url": settings.KEPT_BASE_URL,
        }
        text = render_to_string("dsr/mail/own_deletion.txt", context)
        return RenderedMail(subject=f"{_(subject)}: {case.reference}", text=text)
