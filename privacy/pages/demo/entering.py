"""One-time links into a role, and the sign-in behind them: the second factor is asked for as always."""

import secrets
import threading

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from privacy.pages.demo.cast import ROLES, Role, user_of

_links: dict[str, str] = {}  # token → role; it lives and dies with this process
_lock = threading.Lock()


def make_link(role: Role) -> str:
    """The path of a new link, good for one use while this process runs."""
    token = secrets.token_urlsafe(24)
    with _lock:
        _links[token] = role.key
    return f"/demo/enter/{token}/"


def role_of_link(token: str) -> Role | None:
    """Who would enter by it; None for a link that is used or never was."""
    key = _links.get(token)
    return ROLES[key] if key else None


def use_link(token: str) -> Role | None:
    """Use it up; of two at once, one gets the role."""
    with _lock:
        key = _links.pop(token, None)
    return ROLES[key] if key else None


def sign_in(request: HttpRequest, role: Role, *, then: str) -> HttpResponse:
    """Leave the role played so far and sign in as another, through the stages of every sign-in."""
    logout(request)
    user = user_of(role)
    record_authentication(request, user, method="demo")
    return perform_login(request, Login(user=user, redirect_url=then))
