"""Reads about people: who a subject is, and which subjects an identifier belongs to."""

import uuid
from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Q

from accounts.models import Identifier, User
from privacy.kernel import identifiers
from privacy.kernel.blind_index import blind_indexes, indexer
from privacy.kernel.ready import Ready
from privacy.personal_data.contract import Identity, Person
from privacy.personal_data.selectors import alias_set, canonical_subject

LOOKED_UP_AT_ONCE = 500
IDENTIFIERS = Ready(lambda some: Identifier.objects.filter(subject_id__in=some).order_by("created_at", "id"))


def person_of(subject_id: uuid.UUID) -> Person:
    """The whole person: the alias set and every identifier of it, decrypted. Callers audit the act."""
    subjects = alias_set(subject_id)
    found = dict.fromkeys(Identity(row.kind, row.value) for row in IDENTIFIERS.all(subjects))
    return Person(subjects, tuple(found))


def find_subjects(kind: str, value: str) -> list[uuid.UUID]:
    """The canonical subjects that an identifier belongs to: none, one, or (rarely) several.

    Raises InvalidInput for a value that cannot be an identifier of this kind.
    """
    indexes = blind_indexes(kind, identifiers.normalize(kind, value))
    rows = Identifier.objects.filter(kind=kind, index__in=indexes).values_list("subject_id", flat=True)
    return list(dict.fromkeys(canonical_subject(subject) for subject in rows))


def members_of(kind: str, value: str) -> tuple[uuid.UUID, ...]:
    """Every subject of the person whom an identifier belongs to, the canonical one first; none for nobody.

    Raises InvalidInput for a value that cannot be an identifier of this kind.
    """
    indexes = blind_indexes(kind, identifiers.normalize(kind, value))
    found = Identifier.objects.filter(kind=kind, index__in=indexes).values_list("subject_id", flat=True).first()
    return alias_set(found) if found else ()


def staff_with(app: str, permission: str) -> list[User]:
    """The active staff who have a permission, by themselves or through a group, in a stable order."""
    named = {"codename": permission, "content_type__app_label": app}
    own = Q(user_permissions__in=Permission.objects.filter(**named))
    groups = Q(groups__permissions__in=Permission.objects.filter(**named))
    rows = User.objects.filter(own | groups | Q(is_superuser=True), is_staff=True, is_active=True)
    return list(rows.distinct().order_by("date_joined", "id"))


def known_to_others(person: Person, pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (kind, normalized value) identify somebody else than the person.

    An address of our staff at one of KEPT_COMPANY_DOMAINS is no secret of somebody else.
    """
    indexes_of = indexer()
    asked = {index: pair for pair in pairs for index in indexes_of(*pair)}
    ours = tuple(f"@{domain.lower()}" for domain in settings.KEPT_COMPANY_DOMAINS)
    found: set[tuple[str, str]] = set()
    names = list(asked)
    for start in range(0, len(names), LOOKED_UP_AT_ONCE):
        rows = Identifier.objects.filter(index__in=names[start : start + LOOKED_UP_AT_ONCE])
        for kind, index, is_staff in (
            rows.exclude(subject_id__in=person.subject_ids)
            .values_list("kind", "index", "subject__user__is_staff")
            .iterator()
        ):
            pair = asked[index]
            if kind == pair[0] and not (is_staff and ours and pair[1].endswith(ours)):
                found.add(pair)
    return found
