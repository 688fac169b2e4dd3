"""Say which subject a case is about, once somebody is known to own its contact."""

import datetime as dt

from accounts.services import add_identifier, subject_for_identifier
from dsr.models import SubjectRequest
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data.models import Subject


def attach_subject(
    *, subject_request: SubjectRequest, actor: Actor, now: dt.datetime, verified: bool = False
) -> Subject | None:
    """Point a case at the subject of its email address, else of its phone number; a new one where there is none.

    `verified`: the person proved to control the address. A case that has a subject keeps it; one with
    neither address nor number stays without.
    """
    if subject_request.subject_id:
        return subject_request.subject
    contact = subject_request.contact
    kind, value = ("email", contact.email) if contact.email else ("phone", contact.phone)
    if not value:
        return None
    subject = _subject_for(subject_request, kind, value, actor=actor, now=now, verified=verified)
    SubjectRequest.objects.filter(pk=subject_request.pk, subject=None).update(subject=subject)
    subject_request.subject = subject
    return subject


def _subject_for(
    subject_request: SubjectRequest, kind: str, value: str, *, actor: Actor, now: dt.datetime, verified: bool
) -> Subject:
    """As accounts finds or makes it; a second time where another confirmation of the address was faster."""

    def find() -> Subject:
        return subject_for_identifier(
            kind=kind,
            value=value,
            source="subject_request",
            actor=actor,
            now=now,
            verified=verified,
            is_demo=subject_request.is_demo,
        )

    try:
        subject = find()
    except DomainError as error:
        if error.code != "taken":
            raise
        subject = find()
    if verified:
        add_identifier(
            subject=subject, kind=kind, value=value, source="subject_request", actor=actor, now=now, verified=True
        )
    return subject
