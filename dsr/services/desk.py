"""The desk's filing: what an agent pasted, scanned or picked from the mail that came in, as one act."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from dsr.correspondence.mailing.reader import said_by
from dsr.correspondence.mailing.telling import tell_staff
from dsr.correspondence.services import GivenFile, Said, add_message
from dsr.models import SubjectRequest
from dsr.services.intake import Reach, file_for_person
from dsr.services.links import cases_of_mailbox, mailbox_of
from dsr.states import OPEN
from privacy.jobs.mailbox.handling import settle
from privacy.jobs.mailbox.models import InboundMail, InboundState
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.policy.board import is_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What the form says."""

    rights: Sequence[str]
    channel: str
    received_on: dt.date
    reach: Reach
    message: str = ""
    identity_level: str = "V0"
    late_reason: str = ""
    language: str = "en"

    def values(self) -> dict[str, Any]:
        """As `file_for_person` takes them."""
        names = ("rights", "channel", "received_on", "reach", "message", "identity_level", "late_reason", "language")
        return {name: getattr(self, name) for name in names}


@transaction.atomic
def file_at_desk(
    *,
    filing: Filing,
    scans: Sequence[GivenFile] = (),
    mail_id: uuid.UUID | None = None,
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> SubjectRequest:
    """File it, with its scans, or with the mail that it is: then its moment, its words and its attachments are the
    mail's, and the mail is dealt with. Raises InvalidInput naming the field, StaleState where somebody was faster.
    """
    values = filing.values()
    if mail_id:
        mail = _waiting(mail_id)
        if is_on("correspondence.keeps_the_mail"):
            values |= _of_mail(mail, filing)
        case = file_for_person(**values, actor=actor, now=now, is_demo=is_demo or mail.is_demo)
        settle(mail=mail, reason="request", by=actor.id, now=now)
        return case
    if scans and is_on("correspondence.scanned_post"):
        noon = dt.datetime.combine(filing.received_on, dt.time(12), tzinfo=dt.UTC)
        values["said"] = Said(
            medium=filing.channel, text=filing.message, at=min(noon, now), files=scans, noted_by=actor.id
        )
    return file_for_person(**values, actor=actor, now=now, is_demo=is_demo)


@transaction.atomic
def join_at_desk(*, mail_id: uuid.UUID, actor: Actor, now: dt.datetime) -> SubjectRequest:
    """Put a mail that waits into the thread of the newest open request of its sender, and tell legal.

    Raises StaleState where somebody was faster, InvalidInput(mail) where its sender has no open request.
    """
    mail = _waiting(mail_id)
    cases = cases_of_mailbox(mailbox_of(mail.sender)[1]).filter(state__in=OPEN)
    case = cases.first()
    if case is None:
        raise InvalidInput("The sender of this mail has no open request. File it as one.", field="mail")
    add_message(subject_request=case, said=said_by(mail), actor=actor, now=now)
    settle(mail=mail, reason="thread", by=actor.id, now=now)
    tell_staff(subject_request=case, now=now)
    return case


def _waiting(mail_id: uuid.UUID) -> InboundMail:
    mail = InboundMail.objects.select_for_update().filter(pk=mail_id, state=InboundState.UNCLEAR).first()
    if mail is None:
        raise StaleState("Somebody dealt with this mail already. Look in the list.")
    return mail


def _of_mail(mail: InboundMail, filing: Filing) -> dict[str, Any]:
    """The original moment, unless the agent chose another day, and the original words."""
    is_same_day = filing.received_on == clock.local_date(mail.received_at, settings.KEPT_TIME_ZONE)
    return {
        "said": said_by(mail),
        "message": mail.text or mail.subject_line,
        "received_on": mail.received_at if is_same_day else filing.received_on,
    }
