"""A browser becomes somebody's: its visits are linked to the person only where the person's own word carries that.

Elsewhere they are forgotten in the same transaction, because whoever reads the person would read them too. A link ends,
and its visits with it, the moment that the permission ends.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from accounts.merging import Merge, is_known
from privacy.audit.services import record
from privacy.intake.audit_events import VISITS_FORGOTTEN, VISITS_LINKED, VISITS_UNLINKED
from privacy.intake.visitor_events.models import VisitorEvent, VisitorLink
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data.selectors import canonical_subject
from privacy.policy import decision_gate
from privacy.policy.board import is_on
from privacy.policy.grant_requests import Change
from privacy.policy.selectors import purpose as terms_of

PAGE = 500
CATEGORY = "browsing"


def link_visits(merge: Merge) -> None:
    """The listener of merges: each purpose of a nameless browser is linked, or its visits go."""
    for side, other in ((merge.joining, merge.staying), (merge.staying, merge.joining)):
        if is_known(side) or not is_known(other):
            continue
        events = VisitorEvent.objects.filter(subject_id__in=side)
        for code in sorted(set(events.values_list("purpose", flat=True))):
            if _may_link(merge.staying[0], code, merge.now):
                for visitor in side:
                    _link(visitor, merge.staying[0], code, merge.actor, merge.now)
            else:
                rows, _ = events.filter(purpose=code).delete()
                about: dict[str, Any] = {"subject_id": merge.staying[0], "purpose": code, "rows": rows}
                record(VISITS_FORGOTTEN, actor=merge.actor, at=merge.now, **about)


def link_own_visits(visitor: uuid.UUID, code: str, now: dt.datetime) -> None:
    """A browser that is somebody's already may be asked on under its old name: what it does now is linked, too. The
    caller has asked whether the person allows it."""
    if (person := canonical_subject(visitor)) != visitor:
        _link(visitor, person, code, SYSTEM, now)


def _link(visitor: uuid.UUID, person: uuid.UUID, code: str, actor: Actor, now: dt.datetime) -> None:
    row, is_new = VisitorLink.objects.get_or_create(
        visitor=visitor,
        purpose=code,
        defaults={"subject_id": person, "basis": terms_of(code).basis, "linked_at": now},
    )
    if is_new:
        about: dict[str, Any] = {"subject_id": person, "purpose": code, "basis": row.basis}
        record(VISITS_LINKED, actor=actor, at=now, target=row, is_demo=row.is_demo, **about)


def _may_link(subject_id: uuid.UUID, code: str, now: dt.datetime) -> bool:
    """Whether the person, asked as who they are now, allows it: a purpose that the policy has, on its basis."""
    if not is_on("intake.visitor_links"):
        return True
    try:
        terms_of(code)
    except DomainError:
        return False
    return decision_gate.ask(subject_id=subject_id, purpose=code, channel="web", category=CATEGORY, now=now).allowed


def follow_links(change: Change) -> None:
    """The listener of decisions: a no to the purpose ends its links, in the same transaction."""
    if not change.is_granted and not change.scope:
        for row in VisitorLink.objects.filter(subject_id__in=change.subject_ids, purpose=change.purpose):
            _unlink(row, SYSTEM, change.at)


def unlink_without_basis(*, now: dt.datetime) -> int:
    """Look at every link, and end those that nothing carries any more: a purpose that ended, a yes that ran out."""
    ended, last = 0, uuid.UUID(int=0)
    while rows := list(VisitorLink.objects.filter(pk__gt=last).order_by("pk")[:PAGE]):
        for row in rows:
            if not _may_link(row.subject_id, row.purpose, now):
                with transaction.atomic():
                    ended += _unlink(row, SYSTEM, now)
        last = rows[-1].pk
    return ended


def _unlink(row: VisitorLink, actor: Actor, now: dt.datetime) -> int:
    """The visits go with the link; the log keeps that there was one."""
    gone, _ = VisitorLink.objects.filter(pk=row.pk).delete()
    if gone:
        rows, _ = VisitorEvent.objects.filter(subject_id=row.visitor, purpose=row.purpose).delete()
        about: dict[str, Any] = {"subject_id": row.subject_id, "purpose": row.purpose, "rows": rows}
        record(VISITS_UNLINKED, actor=actor, at=now, is_demo=row.is_demo, **about)
    return gone
