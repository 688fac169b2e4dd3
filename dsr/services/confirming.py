"""The mailed confirmation: a person proves to control the address that a request came from."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dsr.identity.selectors import is_asked_for_nothing
from dsr.models import SubjectRequest
from dsr.rules import PAUSE_BETWEEN_LINKS_S, REOPENS_FOR
from dsr.services.clocks import recompute_clocks
from dsr.services.finishing import finish_opt_outs
from dsr.services.identifying import attach_subject
from dsr.services.letters import write_acknowledgement
from dsr.services.links import DeadLink, cases_of_mailbox, mailbox_of, make_link, read_link, use_link
from dsr.services.moving import move, note_history
from dsr.services.unverified import mails_left
from dsr.states import State
from privacy.jobs.outbox import queue_mail
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.blind_index import blind_index
from privacy.kernel.tokens import token_hash
from privacy.policy.board import is_on

CONFIRMABLE = frozenset({State.UNCONFIRMED, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmed request, and the token of the link that follows it."""

    subject_request: SubjectRequest
    status_token: str


@transaction.atomic
def send_confirmation(*, subject_request: SubjectRequest, kind: str, actor: Actor, now: dt.datetime) -> bool:
    """Mail a link that confirms the address; earlier ones become void. `kind` names it in the history.

    False, and no mail, where this mailbox had its share of them already (the last one is kept for the last word),
    or where nothing may be asked for what is open. The request stands all the same.
    """
    if is_asked_for_nothing(subject_request) and is_on("dsr.never_asks"):
        return False
    return _mail_link(subject_request, kind, actor, now)


def send_first_confirmation(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> bool:
    """As `send_confirmation`, in the transaction in which a case is opened that asks for more than what nobody has to
    prove anything for."""
    return _mail_link(subject_request, "confirmation_sent", actor, now, is_first=True)


def _mail_link(
    subject_request: SubjectRequest, kind: str, actor: Actor, now: dt.datetime, *, is_first: bool = False
) -> bool:
    if mails_left(subject_request.contact.index, now) <= 1:
        return False
    token = make_link(subject_request=subject_request, kind="confirm", now=now, is_first=is_first)
    queue_mail(
        "dsr.confirm",
        idem_key=f"dsr.confirm:{token_hash(token)[:32]}",
        to=subject_request.contact.email,
        context={"case": str(subject_request.pk)},
        secret={"token": token},
        now=now,
        is_demo=subject_request.is_demo,
    )
    note_history(subject_request=subject_request, kind=kind, actor=actor, now=now)
    return True


@transaction.atomic
def resend(*, email: str, language: str = "en", now: dt.datetime, is_demo: bool = False) -> None:
    """Mail the links of every request of a mailbox, known here or not: one mail, and the same work for all.

    It makes no request. The links are made when the mail is rendered (see `links_for_mail`), so that
    nothing here takes longer for somebody we know. Raises InvalidInput for what is no address.
    """
    address, _ = mailbox_of(email)
    slot = int(now.timestamp()) // PAUSE_BETWEEN_LINKS_S
    queue_mail(
        "dsr.links",
        idem_key=f"dsr.links:{blind_index('email', address)}:{slot}",
        to=address,
        context={"language": language},
        now=now,
        is_demo=is_demo,
    )


@transaction.atomic
def links_for_mail(*, email: str, now: dt.datetime) -> list[tuple[SubjectRequest, str, str]]:
    """Case, kind and token for a mail to this mailbox: confirm what waits for it, follow the rest."""
    _, indexes = mailbox_of(email)
    found = []
    gone = Q(state=State.WITHDRAWN) | Q(state=State.EXPIRED, closed_at__lte=now - REOPENS_FOR)
    for case in cases_of_mailbox(indexes).exclude(gone)[:10]:
        kind = "confirm" if case.state in CONFIRMABLE else "status"
        found.append((case, kind, make_link(subject_request=case, kind=kind, now=now)))
        if kind == "confirm":
            note_history(subject_request=case, kind="links_mailed", actor=SYSTEM, now=now)
    return found


@transaction.atomic
def confirm_subject_request(*, token: str, actor: Actor, now: dt.datetime) -> Confirmed:
    """Confirm by a mailed link: the address is proven, the request goes to legal, the receipt is acknowledged.

    One that was closed unverified is taken up again and counts from its first day. Raises NotFound or DeadLink as
    `read_link`; of two at once, one confirms and the other finds the link used.
    """
    link = read_link(kind="confirm", token=token, now=now)
    subject_request = SubjectRequest.objects.select_for_update(no_key=True).get(pk=link.subject_request_id)
    use_link(link=link, now=now)
    return confirmed_case(subject_request=subject_request, actor=actor, now=now)


@transaction.atomic
def confirmed_case(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> Confirmed:
    """Somebody proved to control the address of a case that waits for that. DeadLink where it does not."""
    if subject_request.state not in CONFIRMABLE:
        raise DeadLink(_("This request does not wait for a confirmation any more."), code="superseded")
    kind = "confirmed" if subject_request.state == State.UNCONFIRMED else "reopened"
    subject = attach_subject(subject_request=subject_request, actor=actor, now=now, verified=True)
    SubjectRequest.objects.filter(pk=subject_request.pk).update(identity_level="V1", confirmed_at=now)
    subject_request.identity_level, subject_request.confirmed_at = "V1", now
    person = Actor.subject(subject.pk, via="link") if subject else actor
    move(subject_request=subject_request, to=State.RECEIVED, kind=kind, actor=person, now=now, detail="V1")
    recompute_clocks(subject_request=subject_request, actor=person, now=now)
    status_token = write_acknowledgement(subject_request=subject_request, now=now)
    finish_opt_outs(subject_request=subject_request, actor=person, now=now)
    return Confirmed(subject_request, status_token)
