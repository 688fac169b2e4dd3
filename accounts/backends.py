"""How people sign in, and how their rights are read: in one statement for each request that asks."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AbstractBaseUser, Permission
from django.db.models import QuerySet

from privacy.kernel.ready import Ready

KEPT_AS = "_perm_cache"  # the name that Django keeps it under, for as long as the request


class Backend(AuthenticationBackend):
    """allauth's, with a person's own rights and those of their groups in one statement instead of two."""

    def get_all_permissions(self, user_obj: Any, obj: object = None) -> set[str]:
        """Every right of an active person as app.codename; nothing for one object of a kind, as in Django."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            found: set[str] = super().get_all_permissions(user_obj, obj)
            return found
        kept: set[str] | None = getattr(user_obj, KEPT_AS, None)
        if kept is None:
            kept = _rights_of(user_obj)
            setattr(user_obj, KEPT_AS, kept)
        return kept


def _rights_of(user: AbstractBaseUser) -> set[str]:
    return {f"{app}.{codename}" for app, codename in RIGHTS.all(user.pk)}


def _own_and_by_group(user: Any) -> "QuerySet[Permission, Any]":
    names = ("content_type__app_label", "codename")
    own = Permission.objects.filter(user=user).order_by().values_list(*names)
    return own.union(Permission.objects.filter(group__user=user).order_by().values_list(*names))


RIGHTS = Ready(_own_and_by_group)
