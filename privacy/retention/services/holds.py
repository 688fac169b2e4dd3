"""Place, review and release a legal hold."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import transaction

from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.personal_data.contract import handlers
from privacy.personal_data.models import Subject
from privacy.retention.audit_events import HOLD_PLACED, HOLD_RELEASED, HOLD_REVIEWED
from privacy.retention.holding import lock_against_deletions
from privacy.retention.models import HoldTarget, LegalHold
from privacy.retention.rules import HOLD_GROUNDS, next_review

_listeners: list[Callable[[dt.datetime], None]] = []


def on_release(listener: Callable[[dt.datetime], None]) -> None:
    """Call `listener` with the moment in the transaction of each release."""
    _listeners.append(listener)


@transaction.atomic
def place_hold(
    *,
    reason: str,
    ground: str,
    actor: Actor,
    now: dt.datetime,
    subject_ids: Sequence[uuid.UUID] = (),
    tables: Sequence[str] = (),
    is_demo: bool = False,
) -> LegalHold:
    """Keep everything of these people, or these whole tables, or (both given) these tables of them.

    Raises InvalidInput where the reason or the ground is missing, or nothing is named.
    """
    _check(reason, ground, subject_ids, tables)
    lock_against_deletions()
    hold = LegalHold(
        reason=reason.strip(),
        ground=ground,
        review_on=next_review(clock.local_date(now, settings.KEPT_TIME_ZONE)),
        opened_at=now,
        opened_by=actor.id,
        is_demo=is_demo,
    )
    hold.save(force_insert=True)
    targets = [
        HoldTarget(hold=hold, subject_id=subject, table=table)
        for subject in (dict.fromkeys(subject_ids) or [None])
        for table in (dict.fromkeys(tables) or [""])
    ]
    HoldTarget.objects.bulk_create(targets)
    record(
        HOLD_PLACED,
        actor=actor,
        at=now,
        subject_id=subject_ids[0] if len(set(subject_ids)) == 1 else None,
        target=hold,
        is_demo=is_demo,
        ground=ground,
        targets=len(targets),
    )
    return hold


@transaction.atomic
def review_hold(*, hold: LegalHold, actor: Actor, now: dt.datetime) -> None:
    """Say that a hold is still needed. StaleState where it is released, or was reviewed meanwhile."""
    review_on = next_review(clock.local_date(now, settings.KEPT_TIME_ZONE))
    changed = LegalHold.objects.filter(pk=hold.pk, released_at=None, review_on=hold.review_on).update(
        review_on=review_on
    )
    if changed != 1:
        raise StaleState("This hold was reviewed or released meanwhile. Load the page again.")
    hold.review_on = review_on
    record(HOLD_REVIEWED, actor=actor, at=now, target=hold, is_demo=hold.is_demo, review_on=review_on.isoformat())


@transaction.atomic
def release_hold(*, hold: LegalHold, actor: Actor, now: dt.datetime) -> None:
    """Let go what a hold keeps; its record stays. StaleState where it is released already."""
    changed = LegalHold.objects.filter(pk=hold.pk, released_at=None).update(released_at=now, released_by=actor.id)
    if changed != 1:
        raise StaleState("This hold is released already.")
    hold.released_at, hold.released_by = now, actor.id
    record(HOLD_RELEASED, actor=actor, at=now, target=hold, is_demo=hold.is_demo, ground=hold.ground)
    for listener in _listeners:
        listener(now)


def _check(reason: str, ground: str, subject_ids: Sequence[uuid.UUID], tables: Sequence[str]) -> None:
    if not reason.strip():
        raise InvalidInput("Say what the hold is for: the matter or its number.", field="reason")
    if ground not in HOLD_GROUNDS:
        raise InvalidInput("Choose the ground of the hold.", field="ground")
    if not subject_ids and not tables:
        raise InvalidInput("Name a person or a table that the hold keeps.", field="targets")
    if Subject.objects.filter(pk__in=subject_ids).count() != len(set(subject_ids)):
        raise InvalidInput("One of these people is not known here.", field="targets")
    if unknown := [table for table in tables if not _is_table(table)]:
        raise InvalidInput(f"There is no table {unknown[0]}.", field="targets")


def _is_table(name: str) -> bool:
    """One of our tables, an outside system, or a table of one ("shop.orders")."""
    return any(
        name == handler.key or (handler.system != "kept" and name.startswith(f"{handler.key}."))
        for handler in handlers.all()
    )
