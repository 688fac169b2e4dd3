"""The mails of subject requests. Texts stand in templates/dsr/mail/."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.letters.routes import complaint
from dsr.letters.words import letter_language
from dsr.models import Clock, Letter, SubjectRequest
from dsr.periods import CLOCK_WORDS, RESPOND
from dsr.rights import label_of
from dsr.selectors import other_days
from dsr.services.confirming import links_for_mail
from dsr.services.digest import week_of
from dsr.services.letter_facts import letter_facts
from dsr.stages import Stage
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel import clock
from privacy.kernel.languages import MAIN
from privacy.kernel.ready import Ready

DOORS = {"confirm": "request_confirm", "status": "request_status"}

LETTER = Ready(lambda one: Letter.objects.select_related("subject_request").filter(pk=one))
ANSWER = "Our answer to your request"
SUBJECTS = {
    "package_way": "How your data comes to you:",
    "erased_later": "What we had kept of your data is erased:",
    "extension": "More time for your request",
    "identity_question": "A question about your request",
    "clarification": "What exactly do you want? Your request",
    "fee": "What your request costs:",
    "consequence": "Please confirm what follows from your request",
    "appeal_extension": "More time for your appeal about",
    "appeal_answer": "Our answer to your appeal about",
    "lifting": "The restriction that you asked for ends:",
}


@mail_template("dsr.letter", message_class=MessageClass.NOTICE)
def letter(message: OutboxMessage) -> RenderedMail:
    """An answer, a refusal, or a word in between, as kept with the case."""
    row = _letter(message)
    with translation.override(row.language):
        subject = _(SUBJECTS.get(row.kind, ANSWER))
    return RenderedMail(subject=f"{subject} {row.subject_request.reference}", text=row.text)


def _letter(message: OutboxMessage) -> Letter:
    return LETTER.get(uuid.UUID(str(message.context["letter"])))


@mail_template("dsr.confirm", message_class=MessageClass.SECRET)
def confirm(message: OutboxMessage) -> RenderedMail:
    """The link that confirms an address. It shows nothing of the person."""
    case = SubjectRequest.objects.prefetch_related("items").get(pk=message.context["case"])
    url = _url("confirm", message.secret["token"])
    with translation.override(letter_language(case.language)):
        asked = [_(label_of(item.right)) for item in case.items.all()]
        return RenderedMail(
            subject=_("Confirm your request %(reference)s") % {"reference": case.reference},
            text=_text("confirm", reference=case.reference, asked=asked, url=url),
        )


@mail_template("dsr.acknowledgement", message_class=MessageClass.SECRET)
def acknowledgement(message: OutboxMessage) -> RenderedMail:
    """The acknowledgement as kept, and the link to follow the request by."""
    row = _letter(message)
    url = _url("status", message.secret["token"])
    with translation.override(row.language):
        return RenderedMail(
            subject=_("We received your request %(reference)s") % {"reference": row.subject_request.reference},
            text=_text("acknowledgement_mail", letter=row.text, url=url),
        )


@mail_template("dsr.links", message_class=MessageClass.SECRET)
def links(message: OutboxMessage) -> RenderedMail:
    """The links of a mailbox's requests; made now, because nothing about the person was looked up before."""
    found = links_for_mail(email=message.recipient, now=clock.now())
    lines = [{"reference": case.reference, "kind": kind, "url": _url(kind, token)} for case, kind, token in found]
    with translation.override(letter_language(str(message.context.get("language", MAIN)))):
        return RenderedMail(subject=_("The links to your requests"), text=_text("links", lines=lines))


@mail_template("dsr.last_word", message_class=MessageClass.SECRET)
def last_word(message: OutboxMessage) -> RenderedMail:
    """Nobody confirmed: nothing was done, why, how to go on, where to complain."""
    case = SubjectRequest.objects.select_related("contact").get(pk=message.context["case"])
    facts = letter_facts(case, "last_word")
    with translation.override(letter_language(case.language)):
        text = _text(
            "last_word",
            reference=case.reference,
            received_on=facts.received_on,
            ends_on=case.safe_on,
            url=_url("confirm", message.secret["token"]),
            complaint=complaint(facts),
        )
        subject = _("Nothing was done about your request %(reference)s") % {"reference": case.reference}
    return RenderedMail(subject=subject, text=text)


REMINDERS = {
    Stage.T14: "At most two weeks are left to answer this request.",
    Stage.T7: "At most a week is left to answer this request.",
    Stage.T3: "At most three days are left to answer this request.",
    Stage.T1: "Answer this request today or tomorrow.",
    Stage.OVERDUE: "The day by which this request was to be answered has passed.",
    Stage.ESCALATION: "This request is late and not answered. You may approve and decide, so you are told too.",
}
OTHER_REMINDERS = {
    Stage.T14: "At most two weeks are left.",
    Stage.T7: "At most a week is left.",
    Stage.T3: "At most three days are left.",
    Stage.T1: "Today or tomorrow is the last day.",
    Stage.OVERDUE: "The day has passed.",
    Stage.ESCALATION: "The day has passed and nothing happened. You may approve and decide, so you are told too.",
}


@mail_template("dsr.reminder", message_class=MessageClass.REMINDER)
def reminder(message: OutboxMessage) -> RenderedMail:
    """A due date comes near, or has passed. Who asks is not in it: the console tells those who may know."""
    row = Clock.objects.select_related("item__subject_request").get(pk=message.context["clock"])
    case = row.item.subject_request
    stage = Stage(message.context["stage"])
    line = REMINDERS[stage] if row.kind == RESPOND else OTHER_REMINDERS[stage]
    url = settings.KEPT_BASE_URL + reverse("console:dsr_subjectrequest_change", args=[case.pk])
    what = "" if row.kind == RESPOND else CLOCK_WORDS[row.kind]
    facts = {"reference": case.reference, "right": row.item.get_right_display(), "line": line, "url": url, "what": what}
    text = _text("reminder", due_on=row.due_on, safe_on=row.safe_on, others=other_days(row), **facts)
    subject = f"{what}: {case.reference}, {row.due_on}" if what else f"{case.reference} is due on {row.due_on}"
    return RenderedMail(subject=subject, text=text)


@mail_template("dsr.digest", message_class=MessageClass.REMINDER)
def digest(message: OutboxMessage) -> RenderedMail:
    """The week of legal, as it stands when the mail leaves. Nobody is named."""
    week = week_of(dt.date.fromisoformat(str(message.context["monday"])))
    url = settings.KEPT_BASE_URL + reverse("console:dsr_subjectrequest_changelist")
    count = len(week.due)
    return RenderedMail(
        subject=f"Week of {week.monday.isoformat()}: {count} {'answer' if count == 1 else 'answers'} due",
        text=_text("digest", week=week, url=url),
    )


def _url(kind: str, token: str) -> str:
    return settings.KEPT_BASE_URL + reverse(DOORS[kind], args=[token])


def _text(name: str, **context: Any) -> str:
    context |= {"site_name": settings.SITE_NAME, "base_url": settings.KEPT_BASE_URL}
    return render_to_string(f"dsr/mail/{name}.txt", context)
