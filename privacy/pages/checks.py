"""`manage.py check --deploy`: what must not be reachable by the public."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def demo_mode_is_off(**_: Any) -> list[CheckMessage]:
    """The demo signs people in by a click and shows their mail: it is for one's own machine only."""
    if not settings.KEPT_DEMO:
        return []
    hint = "Unset KEPT_DEMO, and start with a database that no demo has filled."
    return [Error("Demo mode is on.", hint=hint, id="kept.E001")]


@register(Tags.security, deploy=True)
def public_address_is_https(**_: Any) -> list[CheckMessage]:
    """Mailed links carry tokens and the cookies carry sessions; over http anybody on the way reads them."""
    address = urlsplit(settings.KEPT_BASE_URL)
    if address.scheme == "https" or _is_this_machine(address.hostname or ""):
        return []
    hint = "Set KEPT_BASE_URL to the https:// address that people use."
    found: list[CheckMessage] = [Error("KEPT_BASE_URL is a public address without https.", hint=hint, id="kept.E002")]
    if settings.KEPT_EMBEDDED:
        hint = "Set DATABASE_URL and KEPT_KEYS_FILE, or serve on this machine only."
        found.append(Error("The embedded defaults serve a public address.", hint=hint, id="kept.E003"))
    return found


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
