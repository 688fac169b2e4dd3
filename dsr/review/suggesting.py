"""Who else is named in a document: proposed to the reviewer, never hidden by itself; never the person's own names."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Identifier, User
from dsr.models import SubjectRequest
from dsr.review.from_records import is_own_address, is_own_phone
from dsr.review.rules import addresses, find_term, is_own, phones, senders, speakers
from dsr.review.selectors import Content
from dsr.review.vocabulary import Reason
from dsr.services.planning import person_of_case
from privacy.kernel import identifiers
from privacy.kernel.blind_index import blind_indexes
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.contract import Person

MOST_ADDRESSES, MOST_STAFF = 200, 2000
NOBODY = Person(())


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`term` is what would be hidden, `why` how it was found; `messages` counts what they say in a transcript."""

    term: str
    reason: Reason
    why: str
    places: int
    messages: int = 0


def suggest(subject_request: SubjectRequest, content: Content) -> list[Suggestion]:
    """The names, addresses and numbers in a document that are not the person's own, those found most often first."""
    text = content.text
    try:
        person = person_of_case(subject_request)
    except DomainError:
        person = NOBODY
    own = own_names(subject_request, person)
    found: dict[str, tuple[Reason, str, int]] = {}
    staff = _staff() if settings.KEPT_REVIEW_STAFF_NAMES == "mask" else {}
    for address in [each for each in addresses(text)[:MOST_ADDRESSES] if not is_own_address(each, person)]:
        found[address] = _of_staff(address.lower() in staff.values(), "an address")
    for number in [each for each in phones(text) if not is_own_phone(each, person)]:
        found[number] = (Reason.THIRD_PARTY, "a number", 0)
    for name in _names_of_others(list(found)):
        found.setdefault(name, (Reason.THIRD_PARTY, "another person in our data", 0))
    for name in senders(text):
        found.setdefault(name, _of_staff(name in staff, "the head of a mail"))
    for speaker in speakers(text):
        reason, why, _ = _of_staff(speaker.name in staff, "speaks")
        found[speaker.name] = (reason, why, len(speaker.messages))
    for name in staff:
        if name not in found and any(True for _ in find_term(text, name)):
            found[name] = (Reason.STAFF_NAME, "works here", 0)
    return _counted(found, own, content)


def own_names(subject_request: SubjectRequest, person: Person) -> list[str]:
    """What the person is called, as far as we know."""
    users = User.objects.filter(subject_id__in=person.subject_ids).values_list("name", flat=True)
    contact = getattr(subject_request, "contact", None)
    return [name for name in (*users, contact.name if contact else "") if name]


def _of_staff(is_staff: bool, why: str) -> tuple[Reason, str, int]:  # noqa: FBT001 - its one question
    return (Reason.STAFF_NAME, "works here", 0) if is_staff else (Reason.THIRD_PARTY, why, 0)


def _staff() -> dict[str, str]:
    """Name → address of everybody who works here."""
    rows = User.objects.filter(is_staff=True).exclude(name="").values_list("name", "email")[:MOST_STAFF]
    return {name: email.lower() for name, email in rows}


def _names_of_others(found: list[str]) -> list[str]:
    """The names of the people whom we know by these addresses."""
    indexes: list[str] = []
    for value in found:
        try:
            indexes += blind_indexes("email", identifiers.normalize("email", value))
        except InvalidInput:
            continue
    if not indexes:
        return []
    subjects = Identifier.objects.filter(kind="email", index__in=indexes).values_list("subject_id", flat=True)
    names = User.objects.filter(subject_id__in=list(subjects)).values_list("name", flat=True)
    return [name for name in names if name]


def _counted(found: dict[str, tuple[Reason, str, int]], own: list[str], content: Content) -> list[Suggestion]:
    suggestions = []
    for term, (reason, why, messages) in found.items():
        if is_own(term, own):
            continue
        places = len(content.find(term))
        if places:
            suggestions.append(Suggestion(term, reason, why, places, messages))
    return sorted(suggestions, key=lambda each: (-each.places, each.term))
