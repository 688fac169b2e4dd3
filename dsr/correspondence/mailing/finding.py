"""To which case a mail belongs: by the mail of ours that it answers, else by the reference in its subject."""

import re
import uuid

from dsr.models import Letter, SubjectRequest
from dsr.rules import LETTERS
from privacy.jobs.models import OutboxMessage

REFERENCE = re.compile(rf"\bKX-[{LETTERS}]{{7}}\b", re.IGNORECASE)
OURS = "dsr."
TO_STAFF = frozenset({"dsr.reminder", "dsr.digest", "dsr.message_came"})


def case_answered(*, outbox_id: uuid.UUID | None, subject_line: str) -> SubjectRequest | None:
    """The case, or None. A mail of ours to staff belongs to none."""
    return (case_of_mail(outbox_id) if outbox_id else None) or _by_reference(subject_line)


def case_of_mail(outbox_id: uuid.UUID) -> SubjectRequest | None:
    """The case that a mail of ours was about."""
    message = OutboxMessage.objects.filter(pk=outbox_id, template__startswith=OURS).first()
    if message is None or message.template in TO_STAFF:
        return None
    cases = SubjectRequest.objects.select_related("contact")
    if case_id := message.context.get("case"):
        return cases.filter(pk=case_id).first()
    letter = Letter.objects.filter(pk=message.context["letter"]).first() if "letter" in message.context else None
    return cases.filter(pk=letter.subject_request_id).first() if letter else None


def _by_reference(subject_line: str) -> SubjectRequest | None:
    found = REFERENCE.search(subject_line)
    if not found:
        return None
    return SubjectRequest.objects.select_related("contact").filter(reference=found.group().upper()).first()
