"""Who asks: the key in the Authorization header."""

import uuid

from django.http import HttpRequest

from consent.models import ApiKey
from privacy.kernel.tokens import token_hash


def key_of(request: HttpRequest, scope: str) -> uuid.UUID | None:
    """The id of a valid key with this scope, or None. Keys are found by hash, so no compare can leak."""
    kind, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "bearer" or not key:
        return None
    row = ApiKey.objects.filter(key_hash=token_hash(key.strip()), revoked_at=None).values_list("id", "scopes").first()
    return row[0] if row and scope in row[1].split() else None
