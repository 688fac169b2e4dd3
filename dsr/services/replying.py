"""The person writes to us from the page of their request: a message into its thread."""

import datetime as dt
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from dsr.correspondence.models import Message
from dsr.correspondence.services import GivenFile, Said, add_message
from dsr.correspondence.vocabulary import Direction, Medium
from dsr.models import SubjectRequest
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.uploading import checked_upload

LONGEST = 5000
A_DAY = 10  # messages from one page; more is a mistake or a flood


def reply(
    *, subject_request: SubjectRequest, text: str, actor: Actor, now: dt.datetime, file: GivenFile | None = None
) -> None:
    """Put the person's words, and a picture or PDF, into the thread. Raises InvalidInput naming `text` or `file`,
    DomainError after ten in a day.

    The same words twice, as by a second press, are kept once.
    """
    words = text.replace("\0", "").strip()
    if not words:
        raise InvalidInput(_("Write something first."), field="text")
    if len(words) > LONGEST:
        words_too_many = _("Shorten your message to %(limit_value)s characters.") % {"limit_value": LONGEST}
        raise InvalidInput(words_too_many, field="text")
    if file:
        _is_said(subject_request, now)  # a file is looked at only where there is room for a message
        try:
            scanned = checked_upload(file.data, name=file.name)[1]
        except InvalidInput as refused:
            raise InvalidInput(_(refused.message), field="file") from None
        file = replace(file, scanned=scanned)
    with transaction.atomic():
        SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
        if not _is_said(subject_request, now, words):
            said = Said(medium=Medium.FORM, text=words, at=now, files=[file] if file else [])
            add_message(subject_request=subject_request, said=said, actor=actor, now=now)


def _is_said(subject_request: SubjectRequest, now: dt.datetime, words: str = "") -> bool:
    """Whether the newest message of a day has these words; DomainError where there are ten."""
    rows = Message.objects.filter(
        subject_request=subject_request,
        direction=Direction.IN,
        medium=Medium.FORM,
        created_at__gt=now - dt.timedelta(days=1),
    )
    recent = list(rows.order_by("-created_at")[:A_DAY])
    if recent and words and recent[0].text == words:
        return True
    if len(recent) >= A_DAY:
        raise DomainError(
            _("You wrote to us ten times within a day. Write again tomorrow, or by mail."), code="too_many"
        )
    return False
