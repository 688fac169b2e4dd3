"""Staff write down what was said outside of Kept."""

import datetime as dt

from django.db import transaction

from dsr.correspondence.services import Said, add_message
from dsr.correspondence.vocabulary import Direction, Medium
from dsr.models import CaseNote, SubjectRequest
from dsr.services.moving import note_history
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput


@transaction.atomic
def note_message(
    *,
    subject_request: SubjectRequest,
    direction: str,
    medium: str,
    text: str,
    at: dt.datetime,
    is_staff_note: bool = False,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Keep a call, a chat or a letter in the thread, or a privileged note apart from it.

    Raises InvalidInput(direction, medium, said_on, text).
    """
    if direction not in set(Direction):
        raise InvalidInput("Say who said it.", field="direction")
    if medium not in set(Medium):
        raise InvalidInput("Say by what it was said.", field="medium")
    if at > now:
        raise InvalidInput("The day cannot lie in the future.", field="said_on")
    if not text.strip():
        raise InvalidInput("Write what was said.", field="text")
    if is_staff_note:
        CaseNote.objects.create(
            subject_request=subject_request, kind="staff", text=text.strip(), author=actor.id, created_at=now
        )
        note_history(subject_request=subject_request, kind="staff_note", actor=actor, now=now)
        return
    said = Said(medium=medium, direction=Direction(direction), text=text, at=at, noted_by=actor.id)
    add_message(subject_request=subject_request, said=said, is_seen=True, actor=actor, now=now)
