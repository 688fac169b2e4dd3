"""Reads about subjects: the alias set, the restriction flag."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from privacy.kernel.ready import Ready
from privacy.personal_data.models import Restriction, SubjectAlias

MERGES = Ready(lambda subject: SubjectAlias.objects.filter(Q(subject_id=subject) | Q(canonical_id=subject)))


def alias_set(subject_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Every subject id that stands for the same person, the canonical one first.

    Merges may chain (a into b, later b into c), so the set is walked until it is closed.
    """
    if not MERGES.any(subject_id):
        return (subject_id,)  # nearly everybody: one query
    root = canonical_subject(subject_id)
    members = [root]
    frontier = [root]
    while frontier:
        found = SubjectAlias.objects.filter(canonical_id__in=frontier).values_list("subject_id", flat=True)
        frontier = [subject for subject in found if subject not in members]
        members += frontier
    return tuple(members)


def aliases_at(members: Iterable[uuid.UUID], at: dt.datetime) -> "QuerySet[SubjectAlias]":
    """The merges of these that had happened at a moment."""
    return SubjectAlias.objects.filter(subject_id__in=list(members), created_at__lte=at)


def grouped(members: Iterable[uuid.UUID], aliases: Iterable[SubjectAlias]) -> list[tuple[uuid.UUID, ...]]:
    """The same people as these merges say: who was merged later stands in a group of their own.

    `members` is an alias set of now; each group has its canonical subject first.
    """
    ids = list(members)
    parents = {row.subject_id: row.canonical_id for row in aliases}
    groups: dict[uuid.UUID, list[uuid.UUID]] = {}
    for member in ids:
        root, seen = member, {member}
        while (parent := parents.get(root)) and parent not in seen:
            seen.add(parent)
            root = parent
        groups.setdefault(root, []).append(member)
    return [(root, *(one for one in found if one != root)) for root, found in groups.items()]


def canonical_subject(subject_id: uuid.UUID) -> uuid.UUID:
    """The subject that `subject_id` was merged into, at the end of the chain; itself if never merged."""
    seen = {subject_id}
    current = subject_id
    while parent := SubjectAlias.objects.filter(subject_id=current).values_list("canonical_id", flat=True).first():
        if parent in seen:
            break  # two merges in opposite directions: the walk ends instead of going round
        seen.add(parent)
        current = parent
    return current


def is_restricted(subject_id: uuid.UUID) -> bool:
    """Whether Article 18 restricts this person's data to storage."""
    return Restriction.objects.filter(subject_id__in=alias_set(subject_id), lifted_at__isnull=True).exists()
