"""Who asks: the key in the Authorization header."""

import uuid

from django.db import connection
from django.http import HttpRequest

from privacy.kernel.tokens import token_hash

SQL = "SELECT id, scopes FROM consent_apikey WHERE key_hash = %s AND revoked_at IS NULL"


def hash_of_key(request: HttpRequest) -> str:
    """The hash that the key is found by, so that no compare can leak; empty where none was sent."""
    kind, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    key = key.strip()
    return token_hash(key) if key and kind.lower() == "bearer" else ""


def key_of(key_hash: str, scope: str) -> uuid.UUID | None:
    """The id of a valid key with this scope, or None."""
    if not key_hash:
        return None
    with connection.cursor() as cursor:
        cursor.execute(SQL, [key_hash])
        row = cursor.fetchone()
    return allowed(row[0], row[1], scope) if row else None


def allowed(key: uuid.UUID | str, scopes: str, scope: str) -> uuid.UUID | None:
    """The id of a key as the database gave it, where its scopes hold this one."""
    if scope not in scopes.split():
        return None
    return key if isinstance(key, uuid.UUID) else uuid.UUID(key)
