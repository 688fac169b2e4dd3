"""The authenticator app of the demo's staff: the code that the sign-in page asks for right now."""

from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.http import HttpRequest

from accounts.models import User
from privacy.pages.demo.guard import is_demo_visitor

PAGES = {"mfa_authenticate", "mfa_reauthenticate"}
LOGIN_KEY = "account_login"  # where allauth keeps who is half signed in


def code_for_page(request: HttpRequest) -> tuple[str, str] | None:
    """Name and code of the demo person whom this page asks for one; None on every other page.

    A code counts once, so the first of the three valid ones that was not used is shown.
    """
    match = request.resolver_match
    if match is None or match.view_name not in PAGES or not is_demo_visitor(request):
        return None
    user = _who(request)
    if user is None or not user.is_demo:
        return None
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if factor is None:
        return None
    secret = decrypt(factor.data["secret"])
    codes = [format_hotp_value(hotp_value(secret, counter)) for counter in yield_hotp_counters_from_time()]
    middle_first = [codes[1], codes[2], codes[0]]
    unused = [code for code in middle_first if not cache.get(f"allauth.mfa.totp.used?user={user.pk}&code={code}")]
    return (user.name, unused[0]) if unused else (user.name, "")


def _who(request: HttpRequest) -> User | None:
    if request.user.is_authenticated:
        return request.user
    state = request.session.get(LOGIN_KEY)
    user = Login.deserialize(state).user if state else None
    return user if isinstance(user, User) else None
