"""Who gets a campaign and why others do not: whole persons, some hundred in a few questions."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from accounts.models import Identifier, User
from consent.columns import standing_of
from consent.models import Preference
from consent.rules import decide
from consent.selectors import UNKNOWN_PURPOSE
from consent.terms import terms_in_force
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.models import Restriction, Subject, SubjectAlias
from privacy.personal_data.selectors import alias_set
from privacy.policy.vocabulary import Basis

ALLOWED = "allowed"
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Reader:
    """One person: `reason` is ALLOWED or why not, `email` where the mail would go."""

    subject_id: uuid.UUID
    email: str
    reason: str


def next_subjects(after: uuid.UUID | None) -> list[uuid.UUID]:
    """The next subjects that have an email address, by id."""
    rows = Subject.objects.filter(
        Exists(Identifier.objects.filter(kind=IdentifierKind.EMAIL, subject_id=OuterRef("pk")))
    )
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def judge(subjects: Sequence[uuid.UUID], purpose: str, *, now: dt.datetime) -> list[Reader]:
    """Decide for each person behind these subjects, once: a merged person comes with the first of its subjects."""
    persons = _persons(subjects)
    members = [one for person in persons.values() for one in person]
    emails: dict[uuid.UUID, list[Identifier]] = defaultdict(list)
    for row in Identifier.objects.filter(kind=IdentifierKind.EMAIL, subject_id__in=members):
        emails[row.subject_id].append(row)
    standings: dict[uuid.UUID, list[Preference]] = defaultdict(list)
    for preference in Preference.objects.filter(subject_id__in=members, purpose=purpose):
        standings[preference.subject_id].append(preference)
    restricted = set(
        Restriction.objects.filter(subject_id__in=members, lifted_at=None).values_list("subject_id", flat=True)
    )
    suspended = set(User.objects.filter(subject_id__in=members, is_active=False).values_list("subject_id", flat=True))
    terms = terms_in_force().get(purpose)
    found = []
    for first, person in persons.items():
        addresses = [row for one in person for row in emails[one]]
        if first != min(one for one in person if emails[one]):
            continue  # another subject of the same person comes in its place
        address = min(addresses, key=lambda row: (row.verified_at is None, row.created_at, row.pk))
        decision = UNKNOWN_PURPOSE
        if terms:
            decision = decide(
                terms,
                [standing_of(row) for one in person for row in standings[one]],
                channel="email",
                is_restricted=bool(restricted & set(person)),
                now=now,
            )
        reason = ALLOWED if decision.allowed else decision.reason
        if suspended & set(person):
            reason = "suspended"
        elif decision.allowed and terms and terms.basis is Basis.CONSENT and address.verified_at is None:
            reason = "address_not_confirmed"
        found.append(Reader(person[0], address.value, reason))
    return found


def _persons(subjects: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[uuid.UUID, ...]]:
    """Each subject with the whole person it stands for; nearly everybody is one subject."""
    rows = SubjectAlias.objects.filter(Q(subject_id__in=subjects) | Q(canonical_id__in=subjects))
    merged = {one for pair in rows.values_list("subject_id", "canonical_id") for one in pair}
    return {one: alias_set(one) if one in merged else (one,) for one in subjects}
