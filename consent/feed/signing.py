"""Signatures of the feed: Ed25519 by the installation's key, over the bytes as they are sent."""

import base64

from privacy.kernel.keyring import keyring

PAGE = b"kept-feed-1 page\n"
SNAPSHOT = b"kept-feed-1 snapshot\n"


def signature_of(use: bytes, message: bytes) -> tuple[str, str]:
    """Key id, and the signature as base64. `use` keeps a page from being taken for something else."""
    ring = keyring()
    return ring.primary, base64.b64encode(ring.signing_key().sign(use + message)).decode()
