"""The files that came with messages of the case. What somebody else wrote is no part of the package, but its files may
have to be answered with."""

from collections.abc import Iterator

from django.db.models import Q

from dsr.correspondence.models import Attachment
from dsr.correspondence.rules import NOT_SHOWN
from dsr.correspondence.services import original_of
from dsr.models import SubjectRequest
from dsr.review.sources import Found
from privacy.kernel.keyring import UnreadableValue


def files_of_messages(subject_request: SubjectRequest) -> Iterator[Found]:
    """Each file that is there, as it came; but for what the virus scanner has not looked at yet, or cannot."""
    rows = Attachment.objects.filter(message__subject_request=subject_request).exclude(
        Q(file="") | Q(scanned__in=NOT_SHOWN)
    )
    for attachment in rows.order_by("created_at", "position").iterator(chunk_size=20):
        try:
            yield Found(attachment.name or "attachment", b"".join(original_of(attachment)))
        except UnreadableValue:
            continue
