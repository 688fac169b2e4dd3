"""Signatures by the Standard Webhooks scheme: over id, time and body, with every secret that is live."""

import base64
import datetime as dt
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy.jobs.webhooks.models import Scheme

PREFIX = {Scheme.V1: "whsec_", Scheme.V1A: "whsk_"}
SECRET_BYTES = 32


def new_secret(scheme: str) -> str:
    """A fresh secret in the text form of its scheme."""
    return PREFIX[Scheme(scheme)] + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def shown_form(scheme: str, secret: str) -> str:
    """What the receiver is given: the shared secret, or the public half of the pair."""
    if scheme == Scheme.V1:
        return secret
    return "whpk_" + base64.b64encode(_private(secret).public_key().public_bytes_raw()).decode()


def signature(scheme: str, secret: str, *, message_id: str, at: dt.datetime, body: bytes) -> str:
    """One signature, such as `v1,BASE64`."""
    content = b".".join((message_id.encode(), str(int(at.timestamp())).encode(), body))
    if scheme == Scheme.V1:
        made = hmac.new(_raw(secret), content, hashlib.sha256).digest()
    else:
        made = _private(secret).sign(content)
    return f"{scheme},{base64.b64encode(made).decode()}"


def _raw(secret: str) -> bytes:
    return base64.b64decode(secret.partition("_")[2])


def _private(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_raw(secret))
