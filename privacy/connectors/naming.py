"""Whom a row of an outside database names: pure answers from its identity columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from privacy.kernel import identifiers
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.contract import Person

Identities = Mapping[str, str]  # column → kind of identifier


def spellings(system: str, kind: str, person: Person) -> tuple[str, ...]:
    """The person's identifiers of a kind, in each form in which an outside system may hold them."""
    values = person.values(kind)
    if kind == "external":  # an id means something in its own system only: KEY:ID
        return tuple(each.removeprefix(f"{system}:") for each in values if each.startswith(f"{system}:"))
    if kind == "phone":
        return tuple(dict.fromkeys(form for each in values for form in (each, each.replace("+", "00", 1))))
    if kind == "email":
        return tuple(dict.fromkeys(form for each in values for form in (each, _unicode_domain(each))))
    return values


def names(system: str, identities: Identities, row: Mapping[str, Any], person: Person) -> bool:
    """Whether a row carries one of this person's identifiers."""
    return any(
        row[column] not in (None, "") and _is_one_of(kind, str(row[column]), spellings(system, kind, person))
        for column, kind in identities.items()
    )


def is_strangers(system: str, identities: Identities, row: Mapping[str, Any], person: Person) -> bool:
    """Whether a row names somebody, and it is not this person."""
    named = [
        (kind, str(row[column]).strip())
        for column, kind in identities.items()
        if row[column] not in (None, "") and spellings(system, kind, person)
    ]
    return bool(named) and not any(_normal(kind, value) in spellings(system, kind, person) for kind, value in named)


def is_in_conflict(system: str, identities: Identities, row: Mapping[str, Any], person: Person) -> bool:
    """Whether a row that one identifier found carries another one of a kind that we know of this person, and not
    theirs: two identifiers lead to different people, and a human decides whose it is."""
    named: dict[str, bool] = {}
    for column, kind in identities.items():
        known = spellings(system, kind, person)
        if known and row[column] not in (None, ""):
            is_theirs = _normal(kind, str(row[column]).strip()) in known
            named[kind] = named.get(kind, False) or is_theirs
    deciding = next((kind for kind in ("external", "email") if kind in named), "")
    return bool(deciding) and not named[deciding]  # a number changes hands; an address and an id do not


def _is_one_of(kind: str, value: str, known: Sequence[str]) -> bool:
    plain = "".join(sign for sign in value if sign.isdigit() or sign == "+") if kind == "phone" else value.strip()
    return bool(plain) and (plain in known or _normal(kind, plain) in known)


def _unicode_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode().decode('idna')}"
    except UnicodeError:
        return address


def _normal(kind: str, value: str) -> str:
    if kind == "external":
        return value
    try:
        return identifiers.normalize(kind, value)
    except InvalidInput:
        return value.lower()
