"""Who asks, on a page that asks for a sign-in, and how lately they proved it."""

import time

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


def signed_in_user(request: HttpRequest) -> User:
    """The signed-in user. PermissionDenied where nobody is: the page forgot to ask for a sign-in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def proved_just_now(request: HttpRequest) -> bool:
    """Whether this session proved within the time of a re-authentication that it is theirs, by password or by a
    second factor. Reads the session only."""
    if not request.user.is_authenticated:
        return False
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record.get("at", 0) >= since for record in records)
