"""Secrets that travel in links: random in the mail, only their hash in the database."""

import hashlib
import secrets


def new_token() -> str:
    """A fresh token of 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps. The token is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
