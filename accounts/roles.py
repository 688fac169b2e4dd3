"""Who of the users works here, and as what. A role is a group; what it may do stands in the group."""

import datetime as dt

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.audit_events import ROLE_GIVEN, ROLE_TAKEN
from accounts.models import User
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput


@transaction.atomic
def give_role(*, user: User, role: str, actor: Actor, now: dt.datetime) -> None:
    """Let a user work here in this role. InvalidInput names `role` where there is none; DomainError where
    the user has it already."""
    group = _group(role)
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if person.is_staff and person.groups.filter(pk=group.pk).exists():
        raise DomainError(f"This person has the role {role} already.", code="stale")
    person.groups.add(group)
    User.objects.filter(pk=person.pk).update(is_staff=True)
    record(ROLE_GIVEN, actor=actor, at=now, target=person, is_demo=person.is_demo, role=role)


@transaction.atomic
def take_role(*, user: User, role: str, actor: Actor, now: dt.datetime) -> None:
    """Take a role away; who has none left is no staff any more. DomainError where the user does not have it."""
    group = _group(role)
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not person.groups.filter(pk=group.pk).exists():
        raise DomainError(f"This person does not have the role {role}.", code="stale")
    person.groups.remove(group)
    if not person.is_superuser and not person.groups.exists():
        User.objects.filter(pk=person.pk).update(is_staff=False)
    record(ROLE_TAKEN, actor=actor, at=now, target=person, is_demo=person.is_demo, role=role)


def _group(role: str) -> Group:
    found = Group.objects.filter(name=role).first()
    if found is None:
        known = ", ".join(Group.objects.order_by("name").values_list("name", flat=True))
        raise InvalidInput(f"There is no role {role}. Known: {known}.", field="role")
    return found
