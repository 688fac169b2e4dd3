"""What becomes of a mail: an answer joins the thread of its case; clear words open a request, which its sender
confirms as everybody does; anything else waits for a person. A mail proves nobody: its sender can be forged."""

import datetime as dt

from django.conf import settings

from dsr.correspondence.mailing.finding import case_answered, case_of_mail
from dsr.correspondence.mailing.telling import tell_staff
from dsr.correspondence.recognizing import language_of, rights_of
from dsr.correspondence.services import GivenFile, Said, add_message, note_bounce
from dsr.models import SubjectRequest
from dsr.services.intake_mail import open_by_mail
from dsr.states import Right
from privacy.jobs.mailbox.handling import Outcome, whole_message
from privacy.jobs.mailbox.messages import files_of
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.mailbox.words import own_words, plain_subject
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor, ActorKind
from privacy.kernel.blind_index import blind_indexes
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import normalize
from privacy.policy.board import is_on

BY_MAIL = Actor(ActorKind.ANONYMOUS, via="mail")
MOST_A_DAY = 500  # whoever writes in the names of many shall not make us write to many
LESS_MAIL = frozenset({Right.MARKETING_OBJECTION.value})


def read_request(mail: InboundMail, now: dt.datetime) -> Outcome | None:
    """Deal with a mail of a person; None where it is no request, or not clear."""
    if not is_on("correspondence.mail_intake"):
        return None
    try:
        address = normalize("email", mail.sender)
    except InvalidInput:
        return None
    if case := case_answered(outbox_id=mail.answers, subject_line=mail.subject_line):
        return _join(case, mail, address, now)
    return _open(mail, address, now)


def note_returned(mail: InboundMail, now: dt.datetime) -> bool:
    """A mail of ours came back: its case says so, and staff are told. True where that was news."""
    if not mail.is_bounce or mail.answers is None:
        return False
    case = case_of_mail(mail.answers)
    if case is None or not note_bounce(
        subject_request=case,
        outbox_id=mail.answers,
        code=mail.bounce_code,
        at=mail.received_at,
        actor=SYSTEM,
        now=now,
    ):
        return False
    tell_staff(subject_request=case, now=now)
    return True


def said_by(mail: InboundMail, *, is_theirs: bool = True) -> Said:
    """A mail as a message, with what came along."""
    files = [GivenFile(name, data) for name, data in files_of(whole_message(mail))] if mail.raw_file else []
    return Said(
        medium="mail",
        text=mail.text,
        subject_line=mail.subject_line,
        at=mail.received_at,
        is_theirs=is_theirs,
        files=files,
        source_key=mail.message_key,
        mailbox=mail.mailbox,
        outbox_id=mail.answers,
    )


def _join(case: SubjectRequest, mail: InboundMail, address: str, now: dt.datetime) -> Outcome:
    """Into the thread. Words of another address than the case's are for staff only."""
    contact = getattr(case, "contact", None)
    is_theirs = contact is not None and contact.index in blind_indexes("email", address)
    add_message(subject_request=case, said=said_by(mail, is_theirs=is_theirs), actor=ANONYMOUS, now=now)
    tell_staff(subject_request=case, now=now)
    return Outcome("thread", case.subject_id if is_theirs else None)


def _open(mail: InboundMail, address: str, now: dt.datetime) -> Outcome | None:
    words = own_words(mail.text) or mail.text
    asked = {mark.right for mark in rights_of(plain_subject(mail.subject_line), words)}
    if asked <= LESS_MAIL:  # an opt-out needs no confirmation: it is in force already, or an agent records it
        return None
    if (
        SubjectRequest.objects.filter(channel="mail", filed_by=None, filed_at__gt=now - dt.timedelta(days=1)).count()
        >= MOST_A_DAY
    ):
        return None
    case, is_new = open_by_mail(
        rights=asked,
        email=address,
        name=mail.sender_name,
        said=said_by(mail),
        language=language_of(words),
        actor=BY_MAIL,
        now=now,
        is_demo=mail.is_demo or settings.KEPT_DEMO,
    )
    if not is_new:
        tell_staff(subject_request=case, now=now)
    return Outcome("request" if is_new else "same_request", case.subject_id)
