"""Read a signed message: base64 of an Ed25519 signature and, right behind it, the JSON that it is over.

What is checked, and in which order, is section 3.07 of the protocol. Nothing of a message is parsed before its
signature holds.
"""

import base64
import binascii
import datetime as dt
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dsr.drp.models import NetworkAgent
from dsr.drp.vocabulary import LONGEST_LIFE, MOST_BYTES, VERSIONS
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.json_shape import Fields

SIGNATURE_BYTES, KEY_BYTES = 64, 32


class NotTrusted(DomainError):
    """The message is not one that this agent may send us."""

    code = "not_trusted"
    http_status = 403


class TooLate(DomainError):
    """The message was good once: a copy of it is worth nothing."""

    code = "expired"


def key_of(text: str) -> bytes:
    """The bytes of a verify key. InvalidInput(verify_key)."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidInput("Paste the verify_key of the directory: 32 bytes in base64.", field="verify_key")
    return key


def open_signed(raw: bytes, agent: NetworkAgent) -> Fields:
    """The fields of a message that this agent signed. InvalidInput where it is no base64 or no JSON, NotTrusted where
    the signature does not hold."""
    if len(raw) > MOST_BYTES:
        raise InvalidInput(f"Send at most {MOST_BYTES // 1024} KiB.", field="body")
    try:
        message = base64.b64decode(b"".join(raw.split()), validate=True)
    except binascii.Error:
        raise InvalidInput("Send base64 of the signature and the JSON behind it.", field="body") from None
    signature, body = message[:SIGNATURE_BYTES], message[SIGNATURE_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(key_of(agent.verify_key)).verify(signature, body)
    except InvalidSignature:
        raise NotTrusted("The signature is not that of this agent.") from None
    try:
        return Fields(json.loads(body))
    except (ValueError, RecursionError):
        raise InvalidInput("Sign one JSON object.", field="body") from None


def check_claims(fields: Fields, *, agent: NetworkAgent, business_id: str, now: dt.datetime) -> dt.datetime:
    """Whom it is from, to whom, and when: in the order of the protocol. Returns when the message expires.

    Raises NotTrusted for another agent or another business, TooLate for an old message, InvalidInput naming the claim.
    """
    if fields.text("agent-id", most=60) != agent.agent_id:
        raise NotTrusted("agent-id is not the agent of this token.", field="agent-id")
    if fields.text("business-id", most=60) != business_id:
        raise NotTrusted("business-id is another business.", field="business-id")
    issued, expires = fields.moment("issued-at"), fields.moment("expires-at")
    if issued > now:
        raise InvalidInput("issued-at lies in the future: check the clock.", field="issued-at")
    if expires <= now:
        raise TooLate("The message has expired. Sign a new one.", field="expires-at")
    if expires - issued > LONGEST_LIFE:
        raise InvalidInput("Let a message live for a day at most; ten minutes are enough.", field="expires-at")
    if fields.text("drp.version", most=12) not in VERSIONS:
        raise InvalidInput(f"Speak one of the versions {', '.join(sorted(VERSIONS))}.", field="drp.version")
    return expires
