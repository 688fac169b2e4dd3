"""Secrets that travel in links: random with only their hash in the database, or sealed with nothing there."""

import hashlib
import json
import secrets

from privacy.kernel.errors import NotFound
from privacy.kernel.keyring import UnreadableValue, keyring


def new_token() -> str:
    """A fresh token of 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps. The token is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def sealed_token(use: str, values: dict[str, str | int]) -> str:
    """A token that carries `values` encrypted, so that nothing need be stored for it.

    `use` is a fixed word: a token of one use is nothing in another. It is as long-lived as the keys;
    put the time of issue among the values.
    """
    key_id, _, body = keyring().seal(json.dumps(values).encode(), context=use, use="token").partition(":")
    return f"{key_id}.{body.translate(_TO_URL).rstrip('=')}"


def open_token(use: str, token: str) -> dict[str, str | int]:
    """The values of a sealed token; NotFound for anything that is not one of this use."""
    key_id, _, body = token.partition(".")
    try:
        padded = body.translate(_FROM_URL) + "=" * (-len(body) % 4)
        values: dict[str, str | int] = json.loads(keyring().open(f"{key_id}:{padded}", context=use, use="token"))
    except (ValueError, UnreadableValue):
        raise NotFound("This link does not exist, or is no longer whole. Copy it from the mail again.") from None
    return values


_TO_URL = str.maketrans("+/", "-_")
_FROM_URL = str.maketrans("-_", "+/")
