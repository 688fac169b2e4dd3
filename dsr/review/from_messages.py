"""The files that came with messages of the case. What somebody else wrote is no part of the package, but its files may
have to be answered with."""

from collections.abc import Iterator

from dsr.correspondence.models import Attachment
from dsr.correspondence.services import original_of
from dsr.models import SubjectRequest
from dsr.review.sources import Found
from privacy.kernel.keyring import UnreadableValue


def files_of_messages(subject_request: SubjectRequest) -> Iterator[Found]:
    """Each file that is there, as it came."""
    rows = Attachment.objects.filter(message__subject_request=subject_request).exclude(file="")
    for attachment in rows.order_by("created_at", "position").iterator(chunk_size=20):
        try:
            yield Found(attachment.name or "attachment", b"".join(original_of(attachment)))
        except UnreadableValue:
            continue
