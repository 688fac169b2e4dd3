"""Receipts signed as JWS (RFC 7515), and the public keys at a stable address.

The algorithm is named Ed25519, as RFC 9864 asks; the key id is that of the installation's keys file, whose older
keys stay published, so that a receipt verifies for as long as its key is in the file.
"""

from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from privacy.kernel.canonical import canonical_json
from privacy.kernel.errors import InvalidInput
from privacy.kernel.keyring import keyring

ALGORITHM = "Ed25519"
TYPE = "application/ld+json"


def signed(document: dict[str, Any]) -> str:
    """The document as a compact JWS. The same document under the same key gives the same text."""
    ring = keyring()
    header = {"alg": ALGORITHM, "cty": TYPE, "kid": ring.primary}
    key = OKPKey.import_key(ring.signing_key())
    return jws.serialize_compact(header, canonical_json(document).encode(), key, algorithms=[ALGORITHM])


def opened(token: str) -> bytes:
    """What was signed; InvalidInput where none of this installation's keys signed it."""
    keys = keyring().public_keys()
    try:
        kid = str(jws.extract_compact(token.encode()).headers().get("kid"))
        if kid not in keys:
            raise InvalidInput("No key of this installation signed this.", field="token")
        found = jws.deserialize_compact(token, OKPKey.import_key(keys[kid]), algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        raise InvalidInput("This is not what was signed.", field="token") from None
    return found.payload


def public_key_set() -> dict[str, Any]:
    """Every public key as a JWK Set, the one that signs now first."""
    ring = keyring()
    keys = ring.public_keys()
    names = [ring.primary, *(name for name in sorted(keys) if name != ring.primary)]
    return {"keys": [_public(name, OKPKey.import_key(keys[name])) for name in names]}


def _public(name: str, key: OKPKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": name, "use": "sig", "alg": ALGORITHM}
