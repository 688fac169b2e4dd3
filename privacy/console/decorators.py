"""Who may open staff pages: signed in with a second factor; for grave acts, proven again just now."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account import app_settings as account_settings
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from privacy.kernel.actors import Actor

View = Callable[..., HttpResponseBase]
AnyView = TypeVar("AnyView", bound=View)


def staff_actor(request: HttpRequest, *, via: str = "console") -> Actor:
    """The signed-in member of staff as an actor. PermissionDenied where nobody is signed in."""
    if request.user.pk is None:
        raise PermissionDenied
    return Actor.staff(request.user.pk, via=via)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session has proven the second factor. Reads the session only."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def ask_for_second_factor(request: HttpRequest) -> HttpResponse:
    """Where a member of staff goes who has not proven it: to prove it, or to set it up first."""
    after = urlencode({"next": request.get_full_path()})
    if request.user.is_authenticated and is_mfa_enabled(request.user):
        return redirect(f"{reverse('mfa_reauthenticate')}?{after}")
    messages.warning(request, "Staff need a second factor. Set up an authenticator app, then come back here.")
    return redirect("mfa_activate_totp")


def staff_required(*permissions: str) -> Callable[[View], View]:
    """A staff page: signed in, staff, second factor proven, and one of these permissions (if any named)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not (request.user.is_active and request.user.is_staff):
                raise PermissionDenied
            if not has_second_factor(request):
                return ask_for_second_factor(request)
            if permissions and not any(request.user.has_perm(name) for name in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate


def recently_authenticated(view: AnyView) -> AnyView:
    """For grave acts: the password or the second factor again, at most five minutes ago
    (ACCOUNT_REAUTHENTICATION_TIMEOUT). Asked when the page opens, so that no form is lost."""
    asking: View = reauthentication_required(view)

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """allauth reads every second factor before it looks into the session; the session alone says it mostly."""
        return (view if _has_just_proven(request) else asking)(request, *args, **kwargs)

    return cast(AnyView, checked)


def _has_just_proven(request: HttpRequest) -> bool:
    """What allauth asks as well, from the session."""
    if not request.user.is_authenticated:
        return False
    proven = [each for each in get_authentication_records(request, request.user) if each.get("reauthenticated")]
    limit: int = account_settings.REAUTHENTICATION_TIMEOUT
    return bool(proven) and time.time() - proven[-1]["at"] < limit
