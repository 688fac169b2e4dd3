"""A mistyped address is put right by an agent: what was mailed before is void, and the new address confirms anew."""

import datetime as dt

from django.db import transaction

from dsr.identity.selectors import is_asked_for_nothing
from dsr.identity.services.codes import drop_codes
from dsr.models import Contact, SubjectRequest
from dsr.services.confirming import send_confirmation
from dsr.services.links import drop_links, mailbox_of
from dsr.services.moving import note_history
from dsr.states import OPEN, State
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index
from privacy.kernel.errors import DomainError, InvalidInput


@transaction.atomic
def correct_address(*, subject_request: SubjectRequest, email: str, actor: Actor, now: dt.datetime) -> None:
    """Answer this case to another address, which nobody has confirmed yet. The history says who did it.

    InvalidInput names `email`; DomainError for a case that has ended, or whose address somebody proved already:
    that one is changed by the person alone.
    """
    address, _ = mailbox_of(email)
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if case.state not in OPEN:
        raise DomainError("This request has ended.", code="ended")
    if case.identity_level != "V0" or case.subject_id:
        raise DomainError("The person proved who they are; only they can change the address.", code="proven")
    contact = Contact.objects.get(subject_request=case)
    if contact.email == address:
        raise InvalidInput("This is the address that the request has.", field="email")
    contact.email, contact.index = address, blind_index("email", address)
    contact.save(update_fields=["email", "index"])
    case.contact = contact
    for kind in ("confirm", "status"):
        drop_links(subject_request=case, kind=kind, now=now)
    drop_codes(subject_request=case, now=now)
    note_history(subject_request=case, kind="address_corrected", actor=actor, now=now)
    if case.state == State.UNCONFIRMED and not is_asked_for_nothing(case):
        send_confirmation(subject_request=case, kind="confirmation_sent", actor=actor, now=now)
