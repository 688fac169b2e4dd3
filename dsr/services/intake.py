"""How a subject request comes in: by the public form, from an account, or through an agent at the desk."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts.models import User
from dsr.models import CaseNote, Contact, RequestItem, SubjectRequest
from dsr.rights import check_rights
from dsr.rules import mask_reference, new_reference, receipt_moment
from dsr.services.clocks import start_clocks
from dsr.services.confirming import Confirmed, confirm_subject_request, resend, send_confirmation
from dsr.services.identifying import attach_subject
from dsr.services.letters import write_acknowledgement
from dsr.services.links import cases_of_mailbox, lock_mailbox, mailbox_of
from dsr.services.moving import note_history
from dsr.states import OPEN, Channel, State
from privacy.kernel import identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index
from privacy.kernel.errors import InvalidInput, NotFound
from privacy.kernel.texts import one_line
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on
from privacy.policy.selectors import current_version

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

DESK_CHANNELS = {Channel.MAIL: "Email", Channel.PHONE: "Phone", Channel.CHAT: "Chat", Channel.POST: "Post"}
DESK_LEVELS = {
    "V0": "Not checked yet",
    "V1": "Wrote from, or was called back at, an address or number that we hold",
    "V3": "Gave two details that we hold",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How to reach the person."""

    name: str = ""
    email: str = ""
    postal: str = ""
    phone: str = ""


@transaction.atomic
def open_subject_request(
    *,
    rights: Iterable[str],
    email: str,
    name: str = "",
    message: str = "",
    language: str = "en",
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> SubjectRequest:
    """File from the public form. It waits for its confirmation by mail; its clock runs from now.

    Filing the same again while it waits mails the link again, keeps new words, and makes no second
    request. Nobody is looked up here. Raises InvalidInput naming the field.
    """
    asked = check_rights(rights, message)
    address, indexes = mailbox_of(email)
    lock_mailbox(indexes[0])
    waiting = _waiting(indexes, asked)
    if waiting:
        _note_message(waiting, message, now)
        send_confirmation(subject_request=waiting, kind="confirmation_resent", actor=actor, now=now)
        return waiting
    subject_request = SubjectRequest(
        state=State.UNCONFIRMED, channel=Channel.WEB, received_at=now, language=language, is_demo=is_demo
    )
    _open(subject_request, asked, Reach(name=name, email=address), message, actor=actor, now=now)
    send_confirmation(subject_request=subject_request, kind="confirmation_sent", actor=actor, now=now)
    return subject_request


@transaction.atomic
def file_from_account(
    *, user: User, rights: Iterable[str], message: str = "", language: str = "en", actor: Actor, now: dt.datetime
) -> SubjectRequest:
    """File for the signed-in person: confirmed at once. Asking the same again while it is open answers with
    the one there is. Raises InvalidInput naming the field."""
    asked = check_rights(rights, message)
    address, indexes = mailbox_of(user.email)
    lock_mailbox(indexes[0])
    mine = SubjectRequest.objects.filter(
        subject_id__in=alias_set(user.subject_id), channel=Channel.ACCOUNT, state=State.RECEIVED
    )
    known = next((case for case in mine.prefetch_related("items") if _rights_of(case) == set(asked)), None)
    if known:
        _note_message(known, message, now)
        return known
    subject_request = SubjectRequest(
        state=State.RECEIVED,
        channel=Channel.ACCOUNT,
        subject=user.subject,
        received_at=now,
        confirmed_at=now,
        identity_level="V2",
        language=language,
        is_demo=user.is_demo,
    )
    _open(subject_request, asked, Reach(name=user.name, email=address), message, actor=actor, now=now)
    write_acknowledgement(subject_request=subject_request, now=now)
    return subject_request


@transaction.atomic
def file_for_person(
    *,
    rights: Iterable[str],
    channel: str,
    received_on: dt.date,
    reach: Reach,
    message: str = "",
    identity_level: str = "V0",
    late_reason: str = "",
    language: str = "en",
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> SubjectRequest:
    """File what reached an agent. Everything counts from `received_on`, the day the person's words came.

    Raises InvalidInput naming the field.
    """
    asked = check_rights(rights, message)
    if channel not in DESK_CHANNELS:
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
        language=language,
        is_demo=is_demo,
    )
    _open(subject_request, asked, _checked(reach), message, actor=actor, now=now)
    if identity_level != "V0":
        attach_subject(subject_request=subject_request, actor=actor, now=now)
    if late_reason.strip():
        _add_note(subject_request, "staff", late_reason, now, author=actor)
    write_acknowledgement(subject_request=subject_request, now=now)
    return subject_request


def masked_open_references(*, email: str) -> list[str]:
    """The open requests of a mailbox by masked reference: enough to ask legal, and nothing of the person."""
    if not email.strip():
        return []
    _, indexes = mailbox_of(email)
    found = cases_of_mailbox(indexes).filter(state__in=OPEN).values_list("reference", flat=True)
    return [mask_reference(reference) for reference in found]


def _open(
    subject_request: SubjectRequest,
    rights: list[str],
    reach: Reach,
    message: str,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Store a new case with its items, contact and words, note it, and start its clocks."""
    subject_request.reference = _free_reference()
    subject_request.filed_at = now
    subject_request.policy_version = _policy_version()
    subject_request.save(force_insert=True)
    RequestItem.objects.bulk_create(RequestItem(subject_request=subject_request, right=right) for right in rights)
    subject_request.contact = Contact.objects.create(
        subject_request=subject_request,
        name=one_line(reach.name),
        email=reach.email,
        postal=reach.postal.strip(),
        phone=reach.phone,
        index=blind_index("email", reach.email) if reach.email else "",
    )
    _note_message(subject_request, message, now)
    note_history(subject_request=subject_request, kind="filed", actor=actor, now=now, detail=subject_request.channel)
    start_clocks(subject_request=subject_request, actor=actor, now=now)


def _waiting(indexes: list[str], rights: list[str]) -> SubjectRequest | None:
    """The unconfirmed request of this mailbox for exactly these rights."""
    cases = cases_of_mailbox(indexes).filter(state=State.UNCONFIRMED).prefetch_related("items")
    return next((case for case in cases if _rights_of(case) == set(rights)), None)


def _rights_of(subject_request: SubjectRequest) -> set[str]:
    return {item.right for item in subject_request.items.all()}


def _checked(reach: Reach) -> Reach:
    """The contact in its one form. InvalidInput where no answer could reach the person."""
    if not reach.email.strip() and not reach.postal.strip():
        raise InvalidInput("Give an email or a postal address for the answer.", field="email")
    try:
        phone = identifiers.normalize("phone", reach.phone) if reach.phone.strip() else ""
    except InvalidInput as error:
        raise InvalidInput(error.message, field="phone") from None
    email = mailbox_of(reach.email)[0] if reach.email.strip() else ""
    return Reach(name=reach.name, email=email, postal=reach.postal, phone=phone)


def _note_message(subject_request: SubjectRequest, message: str, now: dt.datetime) -> None:
    words = message.strip()
    if words and words not in {note.text for note in subject_request.notes.filter(kind="message")}:
        _add_note(subject_request, "message", words, now)


def _add_note(
    subject_request: SubjectRequest, kind: str, text: str, now: dt.datetime, author: Actor | None = None
) -> None:
    CaseNote.objects.create(
        subject_request=subject_request,
        kind=kind,
        text=text.strip(),
        author=author.id if author else None,
        created_at=now,
    )


def _free_reference() -> str:
    while SubjectRequest.objects.filter(reference=(reference := new_reference())).exists():
        pass
    return reference


def _policy_version() -> str:
    try:
        return current_version().effective_on.isoformat()
    except NotFound:
        return ""
