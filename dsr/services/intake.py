"""How a subject request comes in: by the public form, from an account, or through an agent at the desk."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from accounts.models import User
from dsr.correspondence.models import Filing
from dsr.correspondence.services import Said, add_message
from dsr.identity.levels import Level, never_asks
from dsr.models import SubjectRequest
from dsr.rights import check_rights
from dsr.rules import mask_reference, receipt_moment
from dsr.services.confirming import (
    Confirmed,
    confirm_subject_request,
    resend,
    send_confirmation,
    send_first_confirmation,
)
from dsr.services.finishing import finish_opt_outs
from dsr.services.identifying import attach_subject
from dsr.services.letters import write_acknowledgement
from dsr.services.links import cases_of_mailbox, lock_mailbox, mailbox_of
from dsr.services.opening import Reach, acknowledge, add_note, note_message, open_case, rights_of, waiting_case
from dsr.states import OPEN, Channel, Right, State
from privacy.kernel import identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput
from privacy.kernel.ready import Ready
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on

__all__ = [
    "Confirmed",
    "Reach",
    "confirm_subject_request",
    "file_for_person",
    "file_from_account",
    "masked_open_references",
    "open_subject_request",
    "resend",
]

FILED_FROM_AFAR = (Channel.WEB, Channel.API)  # by somebody who says to own the mailbox
DESK_CHANNELS = {Channel.MAIL: "Email", Channel.PHONE: "Phone", Channel.CHAT: "Chat", Channel.POST: "Post"}
DESK_LEVELS = {
    "V0": "Not checked yet",
    "V1": "Wrote from, or was called back at, an address or number that we hold",
    "V3": "Gave two details that we hold",
}
RECEIVED_FROM_ACCOUNT = Ready(
    lambda subjects: SubjectRequest.objects.filter(
        subject_id__in=subjects, channel=Channel.ACCOUNT, state=State.RECEIVED
    )
)


@transaction.atomic
def open_subject_request(  # noqa: PLR0913 - what somebody says from afar
    *,
    rights: Iterable[str],
    email: str,
    name: str = "",
    message: str = "",
    region: str = "",
    language: str = "en",
    channel: Channel = Channel.WEB,
    is_attested: bool = False,
    kept: Filing | None = None,
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> SubjectRequest:
    """File from the public form, from one of our sites by the API, or by an agent. It waits for its confirmation by
    mail; its clock runs from now, or from when it was `kept`. Where only rights are asked for that nobody has to prove
    anything for, it waits for nothing.

    Filing the same again while it waits mails the link again, keeps new words, and makes no second
    request. Nobody is looked up here. `is_attested`: somebody shows a power of attorney, which legal looks at, and
    the person need not confirm it (11 CCR 7063(b)). Raises InvalidInput naming the field.
    """
    asked = check_rights(rights, message)
    address, indexes = mailbox_of(email)
    lock_mailbox(indexes[0])
    asks_nothing = never_asks(asked) and is_on("dsr.never_asks")
    waits_for_nobody = asks_nothing or is_attested
    state = State.RECEIVED if waits_for_nobody else State.UNCONFIRMED
    # An agent takes back what it filed: it shares a case with nobody.
    waiting = waiting_case(indexes, asked, state, FILED_FROM_AFAR) if channel in FILED_FROM_AFAR else None
    if waiting:
        note_message(waiting, message, now)
        send_confirmation(subject_request=waiting, kind="confirmation_resent", actor=actor, now=now)
        return waiting
    subject_request = SubjectRequest(
        state=state,
        channel=channel,
        received_at=now,
        region=region,
        language=language,
        is_demo=is_demo,
    )
    if kept:
        subject_request.pk, subject_request.received_at, subject_request.reference = kept.pk, kept.at, kept.reference
    open_case(subject_request, asked, Reach(name=name, email=address), message, actor=actor, now=now)
    if waits_for_nobody:
        is_told = acknowledge(subject_request, indexes[0], now)
        finish_opt_outs(subject_request=subject_request, rights=asked, actor=actor, now=now, may_close=is_told)
        return subject_request
    finish_opt_outs(subject_request=subject_request, rights=asked, actor=actor, now=now)
    send_first_confirmation(subject_request=subject_request, actor=actor, now=now)
    return subject_request


@transaction.atomic
def file_from_account(
    *,
    user: User,
    rights: Iterable[str],
    message: str = "",
    region: str = "",
    language: str = "en",
    is_fresh: bool = False,
    actor: Actor,
    now: dt.datetime,
) -> SubjectRequest:
    """File for the signed-in person: confirmed at once. `is_fresh`: they proved just now that it is them.

    Asking the same again while it is open answers with
    the one there is. Raises InvalidInput naming the field."""
    asked = check_rights(rights, message)
    address, indexes = mailbox_of(user.email)
    lock_mailbox(indexes[0])
    mine = RECEIVED_FROM_ACCOUNT.all(alias_set(user.subject_id))
    known = next((case for case in mine if rights_of(case) == set(asked)), None)
    if known:
        note_message(known, message, now)
        return known
    subject_request = SubjectRequest(
        state=State.RECEIVED,
        channel=Channel.ACCOUNT,
        subject_id=user.subject_id,
        received_at=now,
        confirmed_at=now,
        region=region,
        identity_level=Level.V2 if is_fresh else Level.V1,
        language=language,
        is_demo=user.is_demo,
    )
    open_case(subject_request, asked, Reach(name=user.name, email=address), message, actor=actor, now=now)
    if not finish_opt_outs(subject_request=subject_request, rights=asked, actor=actor, now=now):
        write_acknowledgement(subject_request=subject_request, now=now)
    return subject_request


@transaction.atomic
def file_for_person(  # noqa: PLR0913 - what an agent says of a filing
    *,
    rights: Iterable[str],
    channel: str,
    received_on: dt.date,
    reach: Reach,
    message: str = "",
    identity_level: str = "V0",
    late_reason: str = "",
    language: str = "en",
    said: Said | None = None,
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> SubjectRequest:
    """File what reached an agent. Everything counts from `received_on`, the day the person's words came, or the very
    moment where it is known. `said` are the words as they came, with what came along, in place of `message`.

    Raises InvalidInput naming the field.
    """
    asked = check_rights(rights, message)
    if channel not in (DESK_CHANNELS if is_on("correspondence.every_medium") else {Channel.POST}):
        raise InvalidInput("Choose how the request came.", field="channel")
    if identity_level not in DESK_LEVELS:
        raise InvalidInput("Choose how you checked who asks.", field="identity_level")
    found = receipt_moment(received_on=received_on, reason=late_reason, now=now, zone=settings.KEPT_TIME_ZONE)
    subject_request = SubjectRequest(
        state=State.RECEIVED,
        channel=channel,
        received_at=found if is_on("dsr.counted_from_receipt") else now,
        filed_by=actor.id,
        identity_level=identity_level,
        region=reach.region,
        language=language,
        is_demo=is_demo,
    )
    open_case(subject_request, asked, _checked(reach), "" if said else message, actor=actor, now=now)
    if said:
        add_message(subject_request=subject_request, said=said, actor=actor, now=now, is_first=True, is_seen=True)
    if identity_level != "V0" and Right.CHILD_REPORT not in asked:  # who reports a child is not the one it is about
        attach_subject(subject_request=subject_request, actor=actor, now=now)
    if late_reason.strip():
        add_note(subject_request, "staff", late_reason, now, author=actor)
    write_acknowledgement(subject_request=subject_request, now=now)
    return subject_request


def masked_open_references(*, email: str) -> list[str]:
    """The open requests of a mailbox by masked reference: enough to ask legal, and nothing of the person."""
    if not email.strip():
        return []
    _, indexes = mailbox_of(email)
    found = cases_of_mailbox(indexes).filter(state__in=OPEN).values_list("reference", flat=True)
    return [mask_reference(reference) for reference in found]


def _checked(reach: Reach) -> Reach:
    """The contact in its one form. InvalidInput where no answer could reach the person."""
    if not reach.email.strip() and not reach.postal.strip():
        raise InvalidInput("Give an email or a postal address for the answer.", field="email")
    try:
        phone = identifiers.normalize("phone", reach.phone) if reach.phone.strip() else ""
    except InvalidInput as error:
        raise InvalidInput(error.message, field="phone") from None
    email = mailbox_of(reach.email)[0] if reach.email.strip() else ""
    return Reach(name=reach.name, email=email, postal=reach.postal, phone=phone, region=reach.region)
