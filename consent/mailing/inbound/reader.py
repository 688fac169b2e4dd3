"""What consent does with a message of the mailbox: it can only lower, so a forged sender gains nothing."""

import datetime as dt
import uuid

from accounts.selectors import find_subjects
from consent.links import EVERYTHING, open_unsubscribe_token
from consent.mailing.audit_events import OPT_OUT_RECORDED
from consent.mailing.inbound.recognizing import token_in, wants_no_more
from consent.mailing.opting_out import stop_mail
from consent.services import How
from consent.vocabulary import Door
from privacy.audit.services import record
from privacy.jobs.mailbox.handling import Outcome
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.models import OutboxMessage
from privacy.jobs.outbox import queue_mail
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index
from privacy.kernel.errors import InvalidInput, NotFound
from privacy.kernel.identifiers import normalize
from privacy.policy.board import is_on

DONE = "mailing.opt_out_done"
ONE_ANSWER_IN = dt.timedelta(days=7)
MOST_ANSWERS_A_DAY = 500  # whoever writes in the names of many shall not make us write to many


def read_opt_out(mail: InboundMail, now: dt.datetime) -> Outcome | None:
    """Act on a token or on clear words; None for everything else."""
    if not is_on("mailing.opt_out_by_mail"):
        return None
    token = token_in(mail.subject_line, mail.recipients)
    if token:
        try:
            link = open_unsubscribe_token(token)
        except NotFound:
            return None  # cut or forged: a person looks
        _stop(mail, link.subject_id, link.purpose, now, source_id=link.mail_id, token_id=link.token_id)
        return Outcome("by_token", link.subject_id)
    if not wants_no_more(mail.subject_line, mail.text):
        return None
    try:
        address = normalize("email", mail.sender)
    except InvalidInput:
        return None
    known = find_subjects("email", address)
    for subject_id in known:
        _stop(mail, subject_id, EVERYTHING, now)
    answer_once(address, topic=EVERYTHING, now=now, subject_id=known[0] if known else None, is_demo=mail.is_demo)
    return Outcome("by_words", known[0] if known else None)


def _stop(
    mail: InboundMail, subject_id: uuid.UUID, code: str, now: dt.datetime, *, source_id: str = "", token_id: str = ""
) -> None:
    """Lower, with the time at which the mail came as the time at which it was said."""
    actor = Actor.subject(subject_id, via="mail")
    how = How(
        Door.MAIL,
        said_at=mail.received_at,
        source_kind="mail",
        source_id=source_id or mail.message_key,
        token_id=token_id,
    )
    events = stop_mail(subject_id=subject_id, purpose_code=code, how=how, actor=actor, now=now)
    record(
        OPT_OUT_RECORDED,
        actor=actor,
        at=now,
        subject_id=subject_id,
        target=mail,
        is_demo=mail.is_demo,
        purpose=code,
        way="mail",
        changed=len(events),
    )


def answer_once(
    address: str, *, topic: str, now: dt.datetime, subject_id: uuid.UUID | None = None, is_demo: bool = False
) -> bool:
    """One answer to a mailbox in a week, the same whether we know it or not; False where none is sent."""
    today = OutboxMessage.objects.filter(template=DONE, created_at__gt=now - dt.timedelta(days=1)).count()
    mailbox = f"{DONE}:{blind_index('email', address)}:"
    recent = OutboxMessage.objects.filter(idem_key__startswith=mailbox, created_at__gt=now - ONE_ANSWER_IN)
    if today >= MOST_ANSWERS_A_DAY or recent.exists():
        return False
    slot = int(now.timestamp()) // int(ONE_ANSWER_IN.total_seconds())
    queue_mail(
        DONE,
        idem_key=f"{mailbox}{slot}",
        to=address,
        context={"topic": topic},
        subject_id=subject_id,
        now=now,
        is_demo=is_demo,
    )
    return True
