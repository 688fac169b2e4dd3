"""The installation's keys, and everything that is derived from them.

Master keys have ids, so that values made under an older key stay readable while new ones are made
under the primary. One master never serves two uses: each use gets its own key by HKDF.
"""

import base64
import functools
import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12
KEY_BYTES = 32
BLOCK_BYTES = 64  # of SHA-256


class UnreadableValue(Exception):
    """A sealed value does not belong where it stands, or its key is gone."""


@dataclass(frozen=True)
class Keyring:
    """`keys` maps key id to 32 secret bytes; `primary` is the id that new values use."""

    primary: str
    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the keys file; OSError or ValueError where it is missing or broken."""
        data = json.loads(path.read_text(encoding="utf-8"))
        keys = {name: base64.b64decode(text) for name, text in data["keys"].items()}
        if data["primary"] not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"The keys file needs a primary among its keys, each of {KEY_BYTES} bytes.")
        return cls(data["primary"], keys)

    @classmethod
    def load_or_create(cls, path: Path) -> "Keyring":
        """As `load`; a first start makes the file, readable by its owner only."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = {"primary": "k1", "keys": {"k1": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}}
            temporary = path.with_name(f"{path.name}.{os.getpid()}")
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                json.dump(fresh, file)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, path)  # atomic, and never replaces keys another process made
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        return cls.load(path)

    def derive(self, use: str, key_id: str = "") -> bytes:
        """32 bytes for one use (`use`: a fixed word such as "field" or "blind-index")."""
        return _derive(self.keys[key_id or self.primary], use)

    def seal(self, plaintext: bytes, *, context: str, use: str = "field") -> str:
        """Encrypt and bind to `context` (for a field: table|column|row id)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.derive(use)).encrypt(nonce, plaintext, context.encode())
        return f"{self.primary}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, context: str, use: str = "field") -> bytes:
        """Decrypt; UnreadableValue where the value was moved, altered, or its key is gone."""
        key_id, _, body = sealed.partition(":")
        if key_id not in self.keys:
            raise UnreadableValue("The key of this value is not in the keys file.")
        try:
            raw = base64.b64decode(body, validate=True)
            return AESGCM(self.derive(use, key_id)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):  # ValueError: cut off, or not base64
            raise UnreadableValue("This value does not belong to its row.") from None

    def mac(self, use: str, text: str, key_id: str = "") -> str:
        """Keyed SHA-256 of `text` as hex, under the key for `use`."""
        return self.mac_of(use, key_id)(text)

    def mac_of(self, use: str, key_id: str = "") -> Callable[[str], str]:
        """`mac` for many texts."""
        return _mac_of(self.keys[key_id or self.primary], use)

    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints, receipts and manifests."""
        return Ed25519PrivateKey.from_private_bytes(self.derive("signature"))

    def public_keys(self) -> dict[str, Ed25519PublicKey]:
        """Key id → public key, for verifying what any of the keys signed."""
        return {
            key_id: Ed25519PrivateKey.from_private_bytes(self.derive("signature", key_id)).public_key()
            for key_id in self.keys
        }


def public_key_text(key: Ed25519PublicKey) -> str:
    """The raw public key as base64, as written beside signed files."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


@functools.lru_cache(maxsize=256)
def _derive(master: bytes, use: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"kept/{use}".encode()).derive(master)


@functools.lru_cache(maxsize=256)
def _mac_of(master: bytes, use: str) -> Callable[[str], str]:
    """HMAC (RFC 2104) with the key taken in once: to go on from copies costs a fifth of a new one."""
    block = _derive(master, use).ljust(BLOCK_BYTES, b"\0")
    begin_inner = hashlib.sha256(bytes(each ^ 0x36 for each in block)).copy
    begin_outer = hashlib.sha256(bytes(each ^ 0x5C for each in block)).copy

    def mac(text: str) -> str:
        inner, outer = begin_inner(), begin_outer()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.hexdigest()

    return mac


def keyring() -> Keyring:
    """The keyring of this installation."""
    ring: Keyring = settings.KEPT_KEYRING
    return ring
