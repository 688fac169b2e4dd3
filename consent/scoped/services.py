"""How a grant for one thing changes: an event, its projection and the log, in one transaction.

A yes is also a yes to the purpose, so that one switch on the preferences page ends everything under it: a no to
the purpose, through whichever door, ends what was granted for single things of it in the same transaction.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import F

from consent.audit_events import SCOPE_CHANGED
from consent.dispatch import Happened, Sight
from consent.rules import LOW, may_raise
from consent.scoped.models import ScopedEvent, ScopedGrant
from consent.services import How, set_preference
from consent.terms import terms_in_force
from consent.vocabulary import Door, Status
from privacy.audit.services import append_evidence
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import DomainError, NotAllowed, NotFound, StaleState
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.policy import grant_requests
from privacy.policy.grant_requests import Change, Shown
from privacy.policy.models import Purpose
from privacy.policy.selectors import notice_for, purpose
from privacy.policy.vocabulary import MessageClass, Switch


@transaction.atomic
def decide_scope(
    *,
    subject_id: uuid.UUID,
    purpose_code: str,
    scope: str,
    allow: bool,
    digest: str,
    how: How,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Record a person's yes or no to one thing, as they read it (`digest`).

    Raises NotFound where there is no such thing of theirs, StaleState where it reads otherwise by now, and
    NotAllowed for a yes through a door that can only lower.
    """
    terms = consent_purpose(purpose_code)
    members = alias_set(subject_id)
    lock_people(members)
    seen = grant_requests.shown(purpose_code, scope, members)
    if seen is None and (allow or not _rows(members, purpose_code, scope)):
        raise NotFound("There is nothing here to decide about.")
    if allow:
        if not may_raise(how.door, link_age=how.link_age):
            raise NotAllowed(
                "To permit this, ask for a fresh link or sign in: older links only decline.", code="old_link"
            )
        if seen is None or seen.digest != digest:
            raise StaleState("The text has changed since you read it. Read it again.")
        kind, _, key = scope.partition(":")
        told = replace(how, source_kind=kind[:16], source_id=key[:64])
        set_preference(subject_id=subject_id, purpose_code=purpose_code, allow=True, how=told, actor=actor, now=now)
    _write_all(members, terms, scope, allow=allow, seen=seen, how=how, actor=actor, now=now)
    grant_requests.tell(Change(members, purpose_code, scope, is_granted=allow, at=now))


def consent_purpose(code: str) -> Purpose:
    """The purpose; DomainError where it does not rest on consent or is about messages: no single thing of it is
    granted."""
    terms = purpose(code)
    if terms.switch is not Switch.CONSENT or terms.message_class == MessageClass.PROMOTIONAL:
        raise DomainError("There are no single permissions for this purpose.", code="no_consent")
    return terms


def lock_people(members: tuple[uuid.UUID, ...]) -> None:
    """One person's changes come one after another."""
    list(Subject.objects.select_for_update().filter(pk__in=members).order_by("pk").values_list("pk"))


def _rows(members: tuple[uuid.UUID, ...], purpose_code: str, scope: str) -> dict[uuid.UUID, ScopedGrant]:
    rows = ScopedGrant.objects.filter(subject_id__in=members, purpose=purpose_code, scope=scope)
    return {row.subject_id: row for row in rows}


def _write_all(
    members: tuple[uuid.UUID, ...],
    terms: Purpose,
    scope: str,
    *,
    allow: bool,
    seen: Shown | None,
    how: How,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """A yes answers every earlier no of the person; a no ends every yes."""
    rows = _rows(members, terms.code, scope)
    for member in members:
        before = rows.get(member)
        is_first = member == members[0]
        if allow and (is_first or (before and before.status in LOW)):
            status = Status.GIVEN
        elif not allow and (before or is_first) and not (before and before.status in LOW):
            status = Status.WITHDRAWN if before and before.status == Status.GIVEN else Status.REFUSED
        else:
            continue
        write_scope(member, terms, scope, status, before=before, seen=seen, how=how, actor=actor, now=now)


def write_scope(
    subject_id: uuid.UUID,
    terms: Purpose,
    scope: str,
    status: Status,
    *,
    before: ScopedGrant | None,
    seen: Shown | None,
    how: How,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """One event and its projection. The caller holds the lock on the person."""
    digest = seen.digest if seen else (before.shown_digest if before else "")
    is_timed = status == Status.GIVEN and terms.valid_days
    expires_at = now + dt.timedelta(days=terms.valid_days or 0) if is_timed else None
    if before and before.status == status and before.shown_digest == digest and before.expires_at == expires_at:
        return
    notice = notice_for(terms, how.language)
    event = append_evidence(
        ScopedEvent(
            at=now,
            is_demo=Subject.objects.values_list("is_demo", flat=True).get(pk=subject_id),
            subject_id=subject_id,
            purpose=terms.code,
            scope=scope,
            status=status,
            previous=before.status if before else "",
            door=how.door,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            shown_digest=digest,
            notice_digest=notice.digest,
            notice_language=notice.language,
            policy_on=terms.version.effective_on,
            site=how.site,
        ),
        event=SCOPE_CHANGED,
        actor=actor,
        subject_id=subject_id,
        purpose=terms.code,
        scope=scope,
        status=status.value,
        door=how.door.value,
    )
    values = {
        "status": status,
        "shown_digest": digest,
        "event_id": event.pk,
        "changed_at": now,
        "expires_at": expires_at,
    }
    if before is None:
        ScopedGrant.objects.create(subject_id=subject_id, purpose=terms.code, scope=scope, **values)
        return
    same = ScopedGrant.objects.filter(pk=before.pk, version=before.version)
    if same.update(version=F("version") + 1, **values) != 1:
        raise StaleState("Somebody changed this a moment ago. Load the page again.")


def follow_purpose(events: Sequence[Happened], sight: Sight | None) -> None:
    """A no to a whole purpose ends every grant for single things of it; called in its transaction.

    A yes to the purpose says nothing about single things, purposes that only send messages have none, and
    neither have people of whom the act saw so under its lock: none of them costs a statement here.
    """
    terms = terms_in_force()
    for event in events:
        if event.channel or event.status not in LOW or event.previous in LOW:
            continue
        if event.purpose in terms and terms[event.purpose].message_class == MessageClass.PROMOTIONAL:
            continue
        members = sight.members if sight else alias_set(event.subject_id)
        if sight is None or sight.has_single:
            _lower_all(event, members)
        grant_requests.tell(Change(members, event.purpose, "", is_granted=False, at=event.at))


def _lower_all(event: Happened, members: tuple[uuid.UUID, ...]) -> None:
    open_rows = ScopedGrant.objects.filter(subject_id__in=members, purpose=event.purpose).exclude(status__in=LOW)
    rows = list(open_rows)
    if not rows:
        return
    terms = purpose(event.purpose)
    actor = Actor(ActorKind(event.actor_kind), event.actor_id)
    how = How(Door(event.door), language=event.notice_language or "en", site=event.site)
    for row in rows:
        status = Status.WITHDRAWN if row.status == Status.GIVEN else Status.REFUSED
        write_scope(row.subject_id, terms, row.scope, status, before=row, seen=None, how=how, actor=actor, now=event.at)
        grant_requests.tell(Change(members, event.purpose, row.scope, is_granted=False, at=event.at))
