"""Compare what a person says with what we hold, without showing either to the other side.

Staff type what they were told and hear yes or no, never which detail was right. Few tries, and the address that the
request came from does not count: whoever knows it needs no more to write it.
"""

import datetime as dt
import itertools

from django.db import transaction
from django.db.models import F

from accounts.selectors import find_subjects, person_of
from dsr.identity.levels import Level
from dsr.identity.models import IdentityRecord
from dsr.identity.selectors import require_may_ask
from dsr.identity.services.raising import raise_level, record_of
from dsr.models import SubjectRequest
from dsr.services.moving import note_history
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.contract import HandlerUnavailable, Person, handlers

MOST_TRIES = 5
FEWEST, MOST = 2, 3
SHORTEST = 4  # characters: a shorter detail is soon guessed
MOST_ROWS = 20_000  # of one system, read for one comparison


@transaction.atomic
def compare_details(*, subject_request: SubjectRequest, details: list[str], actor: Actor, now: dt.datetime) -> bool:
    """Whether enough of the details are held about the person: two, or three together with a signed declaration.

    The answer is the same for a wrong detail and for somebody whom we do not know. Nothing of the details is kept.
    InvalidInput names `details`; DomainError where nothing may be asked, or it was tried too often.
    """
    told = {_plain(each) for each in details if each.strip()}
    if not FEWEST <= len(told) <= MOST or min(map(len, told)) < SHORTEST:
        raise InvalidInput(
            f"Write two or three different details, each of {SHORTEST} characters or more.", field="details"
        )
    require_may_ask(subject_request)
    row = record_of(subject_request)
    if IdentityRecord.objects.filter(pk=row.pk, tries__lt=MOST_TRIES).update(tries=F("tries") + 1) != 1:
        raise DomainError("This was tried too often. Find out in another way who asks.", code="locked")
    person = _person(subject_request)
    matched = _held(person, told - _own(subject_request)) if person else 0
    level = _level(matched, is_declared=row.declared_at is not None)
    detail = f"{'yes' if level else 'no'}"
    note_history(subject_request=subject_request, kind="details_compared", actor=actor, now=now, detail=detail)
    if level is None:
        return False
    IdentityRecord.objects.filter(pk=row.pk).update(matched=str(matched))
    raise_level(subject_request=subject_request, level=level, method="details", actor=actor, now=now)
    return True


def _level(matched: int, *, is_declared: bool) -> Level | None:
    if matched >= MOST and is_declared:
        return Level.V4
    return Level.V3 if matched >= FEWEST else None


def _person(case: SubjectRequest) -> Person | None:
    if case.subject_id:
        return person_of(case.subject_id)
    contact = case.contact
    kind, value = ("email", contact.email) if contact.email else ("phone", contact.phone)
    found = find_subjects(kind, value) if value else []
    return person_of(found[0]) if found else None


def _own(case: SubjectRequest) -> set[str]:
    contact = case.contact
    return {_plain(each) for each in (contact.email, contact.phone, contact.name, contact.postal) if each}


def _held(person: Person, told: set[str]) -> int:
    """How many of the details are held: as an identifier, or as a whole value of any row of any system."""
    left = told - {_plain(identity.value) for identity in person.identities}
    for handler in handlers.all():
        if not left:
            break
        if handler.key.startswith(("dsr.", "identity.", "referring.", "correspondence.")):
            continue  # what requests themselves brought in proves nothing
        try:
            for found in itertools.islice(handler.export(person), MOST_ROWS):
                left -= {_plain(str(value)) for value in found.row.values()}
                if not left:
                    break
        except HandlerUnavailable:
            continue
    return len(told) - len(left)


def _plain(value: str) -> str:
    return "".join(value.casefold().split())
