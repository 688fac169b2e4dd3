"""Whom an operator means by an address."""

import sys

from accounts.selectors import find_subjects, person_of
from privacy.kernel import identifiers
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.contract import Identity, Person

STDIN = "-"
SHORTEST_REASON, LONGEST_REASON = 3, 500


def read_address(argument: str) -> str:
    """The address as given, or the first line of standard input for `-`: not everyone may read it there."""
    return sys.stdin.readline().strip() if argument == STDIN else argument


def person_by_email(address: str) -> Person:
    """The person behind an address. One whom Kept does not know may still stand in outside systems.

    Raises InvalidInput for what is no address, DomainError where two people have it.
    """
    value = identifiers.normalize("email", address)
    subjects = find_subjects("email", value)
    if len(subjects) > 1:
        raise DomainError(
            "This address belongs to more than one person here. Merge them or ask by case.", code="ambiguous"
        )
    return person_of(subjects[0]) if subjects else Person((), (Identity("email", value),))


def require_reason(reason: str) -> str:
    """Why somebody looks at a person's data: a few words, at most 500 characters."""
    text = reason.strip()
    if not SHORTEST_REASON <= len(text) <= LONGEST_REASON:
        raise InvalidInput(
            f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters: --reason TEXT.", field="reason"
        )
    return text
