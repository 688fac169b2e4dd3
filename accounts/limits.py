"""A simple limit on public forms, by a keyed hash of the network address. No address is kept."""

from django.core.cache import cache
from django.http import HttpRequest

from accounts.adapter import client_ip
from privacy.kernel.keyring import keyring

POSTS_PER_HOUR = 20
HOUR_S = 3600


def is_over_limit(request: HttpRequest, door: str, most: int = POSTS_PER_HOUR) -> bool:
    """Count one more post through this door; whether that was too many within the hour."""
    key = f"limit:{door}:{keyring().mac('rate-limit', client_ip(request))}"
    cache.add(key, 0, HOUR_S)
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two
        return False
