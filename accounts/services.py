"""Acts on people: make a subject for an identifier, and merge two subjects that are one person."""

import datetime as dt
import uuid

from django.db import transaction

from accounts import merging
from accounts.audit_events import IDENTIFIER_ADDED, RENAMED, SUBJECTS_MERGED
from accounts.models import Identifier, User
from accounts.selectors import find_subjects
from privacy.audit.services import record
from privacy.kernel import identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index, blind_indexes
from privacy.kernel.errors import DomainError
from privacy.kernel.texts import one_line
from privacy.personal_data.models import Subject, SubjectAlias
from privacy.personal_data.selectors import alias_set, canonical_subject


@transaction.atomic
def subject_for_identifier(
    *, kind: str, value: str, source: str, actor: Actor, now: dt.datetime, verified: bool = False, is_demo: bool = False
) -> Subject:
    """The subject that an identifier belongs to; a new one with this identifier where there is none."""
    found = find_subjects(kind, value)
    if found:
        return Subject.objects.get(pk=found[0])
    subject = Subject.objects.create(created_at=now, is_demo=is_demo)
    add_identifier(
        subject=subject, kind=kind, value=value, source=source, actor=actor, now=now, verified=verified, is_demo=is_demo
    )
    return subject


@transaction.atomic
def add_identifier(
    *,
    subject: Subject,
    kind: str,
    value: str,
    source: str,
    actor: Actor,
    now: dt.datetime,
    verified: bool = False,
    is_demo: bool = False,
) -> Identifier:
    """Note one more identifier of a subject; the existing row where it is known already.

    Raises DomainError where it belongs to somebody else: that is a merge, which a person decides.
    """
    normalized = identifiers.normalize(kind, value)
    row, is_new = Identifier.objects.get_or_create(
        kind=kind,
        index=blind_index(kind, normalized),
        defaults={
            "subject": subject,
            "value": normalized,
            "source": source,
            "created_at": now,
            "verified_at": now if verified else None,
            "is_demo": is_demo,
        },
    )
    if not is_new and canonical_subject(row.subject_id) != canonical_subject(subject.pk):
        raise DomainError("This identifier belongs to another person here.", code="taken", field="identifier")
    if is_new:
        record(
            IDENTIFIER_ADDED,
            actor=actor,
            at=now,
            subject_id=subject.pk,
            target=row,
            is_demo=is_demo,
            kind=kind,
            source=source,
        )
    elif verified and row.verified_at is None:
        Identifier.objects.filter(pk=row.pk, verified_at=None).update(verified_at=now)
    return row


@transaction.atomic
def merge_subjects(*, subject_id: uuid.UUID, canonical_id: uuid.UUID, actor: Actor, now: dt.datetime) -> SubjectAlias:
    """Say that two subjects are one person. A row, never an update; reads then see both, and of what they decided
    the most protective counts.

    Raises DomainError where they are one already.
    """
    both = sorted({canonical_subject(subject_id), canonical_subject(canonical_id)})
    list(
        Subject.objects.select_for_update().filter(pk__in=both).order_by("pk")
    )  # two merges at once: one after the other
    joining, staying = alias_set(subject_id), alias_set(canonical_id)
    if joining[0] == staying[0]:
        raise DomainError("These are one person already.", code="merged")
    alias = SubjectAlias.objects.create(subject_id=joining[0], canonical_id=staying[0], created_at=now)
    record(SUBJECTS_MERGED, actor=actor, at=now, subject_id=staying[0], target=alias)
    merging.announce(merging.Merge(alias.pk, joining, staying, actor, now))
    return alias


@transaction.atomic
def welcome_user(*, user: User, email: str, now: dt.datetime) -> None:
    """Note a confirmed address of a user.

    Where the address was known already (a request, a preference without an account), the two are one
    person: whoever confirms an address owns what stands under it.
    """
    actor = Actor.subject(user.subject_id, via="account")
    known = find_subjects("email", email)
    for other in known:
        if other != canonical_subject(user.subject_id):
            merge_subjects(subject_id=other, canonical_id=user.subject_id, actor=actor, now=now)
    if not known:
        add_identifier(
            subject=user.subject, kind="email", value=email, source="account", actor=actor, now=now, verified=True
        )
    else:
        Identifier.objects.filter(
            kind="email", index__in=blind_indexes("email", identifiers.normalize("email", email)), verified_at=None
        ).update(verified_at=now)


@transaction.atomic
def rename_user(*, user: User, name: str, actor: Actor, now: dt.datetime) -> None:
    """Take over the name that a user gives themself; the log knows that, not which."""
    name = one_line(name)
    if User.objects.filter(pk=user.pk).exclude(name=name).update(name=name):
        record(RENAMED, actor=actor, at=now, subject_id=user.subject_id, target=user, is_demo=user.is_demo)
        user.name = name
