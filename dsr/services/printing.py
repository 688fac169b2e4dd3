"""A letter of a case as a PDF: for the person's page, and to be posted by staff."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction

from dsr.audit_events import LETTER_PRINTED
from dsr.letters.pdf import Printed, letter_pdf
from dsr.models import Letter, SubjectRequest
from dsr.services.letter_facts import controller
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import NotFound


def letter_of(*, subject_request: SubjectRequest, pk: uuid.UUID) -> Letter:
    """A letter of this case; NotFound for one of another and for none alike."""
    found = Letter.objects.select_related("subject_request").filter(subject_request=subject_request, pk=pk).first()
    if found is None:
        raise NotFound("There is no such letter.")
    return found


def pdf_of(letter: Letter) -> bytes:
    """The letter to print. Where the case does not remember the postal address any more, its window is empty."""
    contact = getattr(letter.subject_request, "contact", None)
    lines = [contact.name, contact.postal] if contact and contact.postal else [contact.name] if contact else []
    answering = controller()
    post = [address for _label, address in answering.contacts if "@" not in address and "://" not in address]
    return letter_pdf(
        Printed(
            text=letter.text,
            language=letter.language,
            reference=letter.subject_request.reference,
            sender=" · ".join([answering.name, *post[:1]]),
            address="\n".join(line for line in lines if line),
            written_on=clock.local_date(letter.created_at, settings.KEPT_TIME_ZONE),
        )
    )


@transaction.atomic
def print_letter(*, letter: Letter, actor: Actor, now: dt.datetime) -> bytes:
    """The letter for a member of staff: taking it out of Kept is an act."""
    case = letter.subject_request
    record(LETTER_PRINTED, actor=actor, at=now, subject_id=case.subject_id, target=case, is_demo=case.is_demo)
    return pdf_of(letter)
