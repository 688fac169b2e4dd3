"""Who asks, on a page that asks for a sign-in."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


def signed_in_user(request: HttpRequest) -> User:
    """The signed-in user. PermissionDenied where nobody is: the page forgot to ask for a sign-in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
