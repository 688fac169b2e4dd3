"""Filing what came by mail to a mailbox of ours: as the public form does, with the day and the words of the mail."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from dsr.correspondence.services import Said, add_message
from dsr.identity.levels import never_asks
from dsr.models import SubjectRequest
from dsr.rights import check_rights
from dsr.services.confirming import send_confirmation, send_first_confirmation
from dsr.services.links import cases_of_mailbox, lock_mailbox, mailbox_of
from dsr.services.opening import Reach, acknowledge, open_case, rights_of
from dsr.states import OPEN, Channel, State
from privacy.kernel.actors import Actor
from privacy.policy.board import is_on


@transaction.atomic
def open_by_mail(
    *,
    rights: Iterable[str],
    email: str,
    name: str = "",
    said: Said,
    language: str,
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> tuple[SubjectRequest, bool]:
    """Open a request from a mail, to be confirmed by its sender; its time runs since the mail reached us.

    An open request of this mailbox that asks for the same, or more, takes the mail into its thread instead: the
    case, and False. Nobody is looked up. Raises InvalidInput naming the field.
    """
    asked = check_rights(rights, said.text or said.subject_line)
    address, indexes = mailbox_of(email)
    lock_mailbox(indexes[0])
    if same := _same(indexes, asked):
        add_message(subject_request=same, said=said, actor=actor, now=now)
        if same.state == State.UNCONFIRMED:
            send_confirmation(subject_request=same, kind="confirmation_resent", actor=actor, now=now)
        return same, False
    asks_nothing = never_asks(asked) and is_on("dsr.never_asks")
    case = SubjectRequest(
        state=State.RECEIVED if asks_nothing else State.UNCONFIRMED,
        channel=Channel.MAIL,
        received_at=min(said.at, now),
        language=language,
        is_demo=is_demo,
    )
    open_case(case, asked, Reach(name=name, email=address), actor=actor, now=now)
    add_message(subject_request=case, said=said, actor=actor, now=now, is_first=True, is_seen=True)
    if asks_nothing:
        acknowledge(case, indexes[0], now)
    else:
        send_first_confirmation(subject_request=case, actor=actor, now=now)
    return case, True


def _same(indexes: list[str], asked: list[str]) -> SubjectRequest | None:
    """The newest open request of this mailbox that asks for all of it."""
    cases = cases_of_mailbox(indexes).filter(state__in=OPEN).prefetch_related("items")
    return next((case for case in cases if set(asked) <= rights_of(case)), None)
