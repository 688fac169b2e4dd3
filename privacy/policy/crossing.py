"""What crosses a border, and what has to make that lawful. Pure.

A policy says by the origins of its transfers where its data is at home. Whoever receives data in another place needs a
transfer of its own, with a mechanism.
"""

from collections.abc import Iterable

from privacy.kernel.countries import EEA, country_code
from privacy.policy.document import PolicyDocument, RecipientEntry
from privacy.policy.vocabulary import RecipientRole

EUROPE = frozenset({"eea", "eu", "european economic area", "european union"})


def is_at_home(place: str, origins: Iterable[str]) -> bool:
    """Whether a place is one of these, or lies in one: a country of Europe is in the European Economic Area."""
    names = {each.strip().casefold() for each in origins}
    code = country_code(place)
    if place.strip().casefold() in names or (code and code in {country_code(each) for each in names}):
        return True
    return code in EEA and bool(names & EUROPE)


def recipients_without_transfer(document: PolicyDocument) -> list[RecipientEntry]:
    """Who receives data abroad, and no transfer says what makes that lawful. An authority is not asked: each demand of
    one is decided by itself. Where no transfer says where home is, recipients in several places cannot all be there.
    """
    asked = [each for each in document.recipients if each.role != RecipientRole.AUTHORITY]
    covered = {each.recipient for each in document.transfers}
    origins = {each.origin for each in document.transfers} or {each.country for each in asked[:1]}
    return [each for each in asked if each.code not in covered and not is_at_home(each.country, origins)]
