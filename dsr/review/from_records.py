"""The texts of the package in which somebody else may speak: they are reviewed before the package is built.

Every system is asked as for the package. A text is taken where it names an address or a number that is not the
person's, or where several people speak in it. What else needs a look is added by hand.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dsr.models import SubjectRequest
from dsr.review.rules import addresses, phones, speakers
from dsr.review.sources import Found
from dsr.services.planning import person_of_case
from privacy.kernel import identifiers
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.contract import HandlerUnavailable, Person, handlers

WORD = re.compile(r"[^\W\d_]{2,}")
FEWEST_WORDS = 3  # less is a name, an address or a number: a field of the person's own
# Codes, and the person's own words; files of messages come by a source of their own.
OURS_WITHOUT_OTHERS = (
    "accounts.",
    "audit.",
    "consent.",
    "correspondence.",
    "dsr.",
    "jobs.",
    "personal_data.",
    "policy.",
    "review.",
)


def words_of_records(subject_request: SubjectRequest) -> Iterator[Found]:
    """The texts that name others. A system that does not answer is asked again when the package is built."""
    person = person_of_case(subject_request)
    for handler in handlers.all():
        if handler.key.startswith(OURS_WITHOUT_OTHERS):
            continue
        try:
            for record in handler.export(person):
                for column, text in texts_of(record.row):
                    if names_others(text, person):
                        yield Found(f"{handler.label}: {record.table}, {column}", text.encode(), is_text=True)
                if record.attachment is not None:
                    yield Found(record.attachment.name or "attachment", b"".join(record.attachment.chunks()))
        except HandlerUnavailable:
            continue


def texts_of(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Column and text of every value that can hold words."""
    for column, value in row.items():
        if isinstance(value, str) and len(WORD.findall(value)) >= FEWEST_WORDS:
            yield column, value


def names_others(text: str, person: Person) -> bool:
    """Whether somebody else is named in it by an address or a number, or several people speak."""
    if any(not is_own_address(found, person) for found in addresses(text)):
        return True
    if any(not is_own_phone(found, person) for found in phones(text)):
        return True
    return len(speakers(text)) > 1


def is_own_address(value: str, person: Person) -> bool:
    try:
        return identifiers.normalize("email", value) in person.values("email")
    except InvalidInput:
        return False


def is_own_phone(value: str, person: Person) -> bool:
    """By its last eight digits: people write their numbers in many ways."""
    digits = "".join(sign for sign in value if sign.isdigit())[-8:]
    return any("".join(sign for sign in own if sign.isdigit()).endswith(digits) for own in person.values("phone"))
