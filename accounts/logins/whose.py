"""Whom the user names of another system lead to: a whole piece of a file at one look."""

import enum
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from accounts.models import Identifier
from privacy.kernel import identifiers
from privacy.kernel.blind_index import indexer
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.models import Subject, SubjectAlias
from privacy.personal_data.selectors import canonical_subject

REMEMBERED = 20_000  # names
AT_ONCE = 500  # values in one question


class NotHere(enum.StrEnum):
    """Why nobody here is the person of a name."""

    UNKNOWN = "unknown"
    SEVERAL = "several people"


T = TypeVar("T")
Owner = tuple[uuid.UUID, bool]  # the subject, and whether it is invented


class PeopleOfNames:
    """Whom names lead to, by the identifier `SOURCE:NAME` or by the address that `address_of` gives. What was looked up
    is remembered, as far as that stays small."""

    def __init__(self, source: str, address_of: Callable[[str], str]) -> None:
        self._source, self._address_of = source, address_of
        self._known: dict[str, Owner | NotHere] = {}

    def of(self, names: set[str]) -> Mapping[str, Owner | NotHere]:
        """Each name's subject, or why there is none."""
        if len(self._known) + len(names) > REMEMBERED:
            self._known.clear()
        if new := sorted(names - self._known.keys()):
            self._known |= self._look_up(new)
        return self._known

    def _look_up(self, names: list[str]) -> dict[str, Owner | NotHere]:
        indexes, asked = indexer(), {name: list[tuple[str, str]]() for name in names}
        for name in names:
            for kind, value in (
                (IdentifierKind.EXTERNAL, f"{self._source}:{name}"),
                (IdentifierKind.EMAIL, self._address_of(name)),
            ):
                try:
                    normal = identifiers.normalize(kind, value) if name and value else ""
                except InvalidInput:
                    continue  # what cannot be an identifier is nobody's
                asked[name] += [(kind.value, index) for index in indexes(kind, normal)] if normal else []
        there = _subjects_at({index for pairs in asked.values() for _, index in pairs})
        found = {name: {there[pair] for pair in pairs if pair in there} for name, pairs in asked.items()}
        final = _canonical({one for subjects in found.values() for one in subjects})
        invented = set[uuid.UUID]()
        for some in _pieces(set(final.values())):
            invented |= set(Subject.objects.filter(pk__in=some, is_demo=True).values_list("pk", flat=True))
        return {name: _owner({final[one] for one in subjects}, invented) for name, subjects in found.items()}


def _owner(subjects: set[uuid.UUID], invented: set[uuid.UUID]) -> Owner | NotHere:
    if len(subjects) != 1:
        return NotHere.SEVERAL if subjects else NotHere.UNKNOWN
    (subject,) = subjects
    return subject, subject in invented


def _subjects_at(indexes: set[str]) -> dict[tuple[str, str], uuid.UUID]:
    """(kind, index) → the subject that has such an identifier."""
    found = {}
    for some in _pieces(indexes):
        rows = Identifier.objects.filter(index__in=some).values_list("kind", "index", "subject_id")
        found.update({(kind, index): subject for kind, index, subject in rows})
    return found


def _canonical(subjects: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Each with the subject that it was merged into; nearly all with themselves."""
    merged = set[uuid.UUID]()
    for some in _pieces(subjects):
        merged |= set(SubjectAlias.objects.filter(subject_id__in=some).values_list("subject_id", flat=True))
    return {one: canonical_subject(one) if one in merged else one for one in subjects}


def _pieces(values: Iterable[T]) -> Iterable[list[T]]:
    whole = list(values)
    return (whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE))
