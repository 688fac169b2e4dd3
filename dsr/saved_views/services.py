"""Keep, change, delete and bring back views of the queue, and choose how it opens."""

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.dateparse import parse_datetime

from accounts.models import User
from dsr.saved_views.audit_events import BROUGHT_BACK, CHANGED, CHOSEN, DELETED, SAVED
from dsr.saved_views.models import QueueChoice, SavedView
from dsr.saved_views.rules import MOST_VIEWS, Query, clean_name, clean_search, query_of
from dsr.saved_views.selectors import SHARE, may_change, view_of
from privacy.audit.registry import EventType
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed

TAKEN = "You have a view of this name already. Choose another name, or delete that one first."
NOT_YOURS = "The team uses this view: only those who may share views change it."


@transaction.atomic
def save_view(
    *, user: User, name: str, query: Query, is_shared: bool, actor: Actor, now: dt.datetime, is_start: bool = False
) -> SavedView:
    """Keep filters, search and order under a name.

    Raises InvalidInput naming the field, for a search that is no reference too; NotAllowed for a shared one without
    the right to share; DomainError where somebody keeps too many.
    """
    row = SavedView(
        owner=user,
        name=clean_name(name),
        query=Query(query.filters, query.order, clean_search(query.search)).as_json(),
        is_shared=is_shared,
        created_at=now,
    )
    _insert(row, user=user, event=SAVED, actor=actor, now=now)
    if is_start:
        choose(user=user, actor=actor, now=now, start_view=row.pk)
    return row


@transaction.atomic
def change_view(*, user: User, pk: uuid.UUID, name: str, is_shared: bool, actor: Actor, now: dt.datetime) -> SavedView:
    """Rename a view, share it or share it no more. Errors as in `save_view`; NotFound for what one does not see."""
    row = _own(user, pk)
    if is_shared != row.is_shared:
        _require_share(user)
    row.name, row.is_shared = clean_name(name), is_shared
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "is_shared"])
    except IntegrityError:
        raise InvalidInput(TAKEN, field="name") from None
    record(CHANGED, actor=actor, at=now, target=row, is_demo=row.is_demo, shared=is_shared)
    return row


@transaction.atomic
def delete_view(*, user: User, pk: uuid.UUID, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """Delete a view. Returns what `bring_back` needs, to be kept with the session: here nothing stays."""
    row = _own(user, pk)
    gone = {"pk": str(row.pk), "owner": str(row.owner_id), "name": row.name, "query": row.query}
    gone |= {"is_shared": row.is_shared, "created_at": row.created_at.isoformat()}
    record(DELETED, actor=actor, at=now, target=row, is_demo=row.is_demo, shared=row.is_shared)
    row.delete()
    return gone


@transaction.atomic
def bring_back(*, user: User, gone: dict[str, Any], actor: Actor, now: dt.datetime) -> SavedView:
    """Undo a deletion: the same view under the same id, so that whoever starts with it does again.

    A view of somebody who has gone meanwhile becomes one's own. Errors as in `save_view`.
    """
    query = query_of(gone["query"])
    owner = User.objects.filter(pk=gone["owner"]).first() or user
    row = SavedView(
        pk=uuid.UUID(gone["pk"]),
        owner=owner,
        name=clean_name(gone["name"]),
        query=query.as_json(),
        is_shared=gone["is_shared"],
        created_at=parse_datetime(gone["created_at"]) or now,
    )
    _insert(row, user=user, event=BROUGHT_BACK, actor=actor, now=now)
    return row


@transaction.atomic
def choose(
    *,
    user: User,
    actor: Actor,
    now: dt.datetime,
    start_view: uuid.UUID | None = None,
    has_keys: bool | None = None,
    is_plain: bool = False,
) -> QueueChoice:
    """Choose with which view the queue opens (`is_plain`: with none), and whether letters are shortcuts.

    NotFound for a view that this person does not see.
    """
    row, _ = QueueChoice.objects.select_for_update().get_or_create(user=user)
    if start_view is not None:
        row.start_view = view_of(user=user, pk=start_view).pk
    elif is_plain:
        row.start_view = None
    if has_keys is not None:
        row.has_keys = has_keys
    row.save(update_fields=["start_view", "has_keys"])
    start = str(row.start_view or "")
    record(CHOSEN, actor=actor, at=now, target=row, is_demo=row.is_demo, start_view=start, keys=row.has_keys)
    return row


def _insert(row: SavedView, *, user: User, event: EventType, actor: Actor, now: dt.datetime) -> None:
    """With its event, in the caller's transaction."""
    if row.is_shared:
        _require_share(user)
    User.objects.select_for_update(no_key=True).get(pk=row.owner_id)  # two at once would both be the last one allowed
    if SavedView.objects.filter(owner=row.owner_id).count() >= MOST_VIEWS:
        raise DomainError(f"Nobody keeps more than {MOST_VIEWS} views. Delete one first.", code="too_many")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise InvalidInput(TAKEN, field="name") from None
    record(event, actor=actor, at=now, target=row, is_demo=row.is_demo, shared=row.is_shared)


def _own(user: User, pk: uuid.UUID) -> SavedView:
    """A view that this person may change; NotFound, or NotAllowed for one of the team."""
    row = view_of(user=user, pk=pk)
    if not may_change(user=user, view=row):
        raise NotAllowed(NOT_YOURS)
    return row


def _require_share(user: User) -> None:
    if not user.has_perm(SHARE):
        raise NotAllowed("Only those who may share views show one to the team.", field="is_shared")
