"""Which views a member of staff sees, and how the queue opens for them."""

import uuid

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from dsr.saved_views.models import QueueChoice, SavedView
from privacy.kernel.errors import NotFound
from privacy.kernel.together import fetch_together

SHARE = "saved_views.share_views"
WORK = "dsr.work_subject_request"


def views_of(user: User) -> "QuerySet[SavedView]":
    """The own views and those of the team, by name."""
    return SavedView.objects.filter(Q(owner=user) | Q(is_shared=True)).order_by(Lower("name"), "id")


def view_of(*, user: User, pk: uuid.UUID) -> SavedView:
    """One view that this person sees; NotFound for another's and for none alike."""
    found = views_of(user).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such view. It may have been deleted, or is shared no more.")
    return found


def may_change(*, user: User, view: SavedView) -> bool:
    """A view of one's own, unless the team uses it; a shared one for those who may share."""
    return user.has_perm(SHARE) if view.is_shared else view.owner_id == user.pk


def choice_of(user: User) -> QueueChoice:
    """How this person wants the queue; the usual way where nothing was chosen."""
    return QueueChoice.objects.filter(user=user).first() or QueueChoice(user=user)


def views_and_choice(user: User) -> "tuple[QuerySet[SavedView], QueueChoice]":
    """Both, in one question."""
    views, choices = views_of(user), QueueChoice.objects.filter(user=user)
    fetch_together(views, choices)
    return views, next(iter(choices), None) or QueueChoice(user=user)


def has_keys(user: object) -> bool:
    """Whether letters are shortcuts for whoever reads a list: only who can switch them off has them."""
    return isinstance(user, User) and user.has_perm(WORK) and choice_of(user).has_keys
