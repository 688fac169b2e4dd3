"""The installation's keys, and everything that is derived from them.

Master keys have ids, so that values made under an older key stay readable while new ones are made
under the primary. One master never serves two uses: each use gets its own key by HKDF.

What is compared years later (names for partners, pseudonyms, the journal of erasures) is hashed under `names`, a key of
its own that a new primary does not change; so an older key can go once nothing is sealed under it.
"""

import base64
import functools
import hashlib
import itertools
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

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
    """`keys` maps key id to 32 secret bytes; `primary` is the id that new values use. `names` is the key of lasting
    hashes; where the file has none it follows from the first key. `retired` are the public keys of keys that are gone:
    what those signed stays provable."""

    primary: str
    keys: dict[str, bytes] = field(repr=False)
    names: bytes = field(repr=False, default=b"")
    retired: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.names:
            first = next(iter(self.keys.values()))
            object.__setattr__(self, "names", _derive(first, "names"))

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the keys file; OSError or ValueError where it is missing or broken."""
        data = json.loads(path.read_text(encoding="utf-8"))
        keys = {name: base64.b64decode(text) for name, text in data["keys"].items()}
        names = base64.b64decode(data.get("names", ""))
        retired = {name: base64.b64decode(text) for name, text in data.get("retired", {}).items()}
        lengths = {len(key) for key in (*keys.values(), *retired.values(), *([names] if names else []))}
        if data["primary"] not in keys or lengths != {KEY_BYTES}:
            raise ValueError(f"The keys file needs a primary among its keys, each of {KEY_BYTES} bytes.")
        return cls(data["primary"], keys, names, retired)

    @classmethod
    def load_or_create(cls, path: Path) -> "Keyring":
        """As `load`; a first start makes the file, readable by its owner only."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = cls("k1", {"k1": secrets.token_bytes(KEY_BYTES)})._written_beside(path)  # noqa: SLF001 - its own
            try:
                os.link(temporary, path)  # atomic, and never replaces keys another process made
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        return cls.load(path)

    def save(self, path: Path) -> None:
        """Write the keys file anew, whole or not at all."""
        self._written_beside(path).replace(path)

    def _written_beside(self, path: Path) -> Path:
        data: dict[str, Any] = {"primary": self.primary, "keys": _texts(self.keys), "names": _text(self.names)}
        if self.retired:
            data["retired"] = _texts(self.retired)
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(data, file)
            file.flush()
            os.fsync(file.fileno())
        return temporary

    def with_key(self) -> tuple[str, "Keyring"]:
        """The id of a fresh key, and the ring with it. It is not the primary yet: every machine must know it before."""
        taken = {*self.keys, *self.retired}
        new = next(f"k{number}" for number in itertools.count(1) if f"k{number}" not in taken)
        return new, replace(self, keys={**self.keys, new: secrets.token_bytes(KEY_BYTES)})

    def using(self, key_id: str) -> "Keyring":
        """The ring with another primary; KeyError for a key that it has not."""
        if key_id not in self.keys:
            raise KeyError(key_id)
        return replace(self, primary=key_id)

    def without(self, key_id: str) -> "Keyring":
        """The ring without a key, of which only what proves its signatures stays; KeyError for the primary, or none."""
        if key_id not in self.keys or key_id == self.primary:
            raise KeyError(key_id)
        public = self.public_keys()[key_id].public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        rest = {name: key for name, key in self.keys.items() if name != key_id}
        return replace(self, keys=rest, retired={**self.retired, key_id: public})

    def derive(self, use: str, key_id: str = "") -> bytes:
        """32 bytes for one use (`use`: a fixed word such as "field" or "blind-index")."""
        return _derive(self.keys[key_id or self.primary], use)

    def seal(self, plaintext: bytes, *, context: str, use: str = "field") -> str:
        """Encrypt and bind to `context` (for a field: table|column|row id)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = _cipher(self.keys[self.primary], use).encrypt(nonce, plaintext, context.encode())
        return f"{self.primary}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, context: str, use: str = "field") -> bytes:
        """Decrypt; UnreadableValue where the value was moved, altered, or its key is gone."""
        key_id, _, body = sealed.partition(":")
        if key_id not in self.keys:
            raise UnreadableValue("The key of this value is not in the keys file.")
        try:
            raw = base64.b64decode(body, validate=True)
            return _cipher(self.keys[key_id], use).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):  # ValueError: cut off, or not base64
            raise UnreadableValue("This value does not belong to its row.") from None

    def mac(self, use: str, text: str, key_id: str = "") -> str:
        """Keyed SHA-256 of `text` as hex, under the lasting key for `use`, or under that of a key id."""
        return self.mac_of(use, key_id)(text)

    def mac_of(self, use: str, key_id: str = "") -> Callable[[str], str]:
        """`mac` for many texts."""
        return _mac_of(self.names if key_id in {"", self.names_id} else self.keys[key_id], use)

    @property
    def names_id(self) -> str:
        """What says under which lasting key something was hashed; nothing follows from it."""
        return f"n{_mac_of(self.names, 'names-id')('')[:8]}"

    def lasting(self, use: str) -> bytes:
        """32 bytes for one use that a new primary does not change."""
        return _derive(self.names, use)

    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints, receipts and manifests."""
        return Ed25519PrivateKey.from_private_bytes(self.derive("signature"))

    def public_keys(self) -> dict[str, Ed25519PublicKey]:
        """Key id → public key, for verifying what any of the keys signed, those that are gone included."""
        return {key_id: Ed25519PublicKey.from_public_bytes(raw) for key_id, raw in self.retired.items()} | {
            key_id: Ed25519PrivateKey.from_private_bytes(self.derive("signature", key_id)).public_key()
            for key_id in self.keys
        }


def public_key_text(key: Ed25519PublicKey) -> str:
    """The raw public key as base64, as written beside signed files."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _texts(keys: dict[str, bytes]) -> dict[str, str]:
    return {name: _text(key) for name, key in keys.items()}


@functools.lru_cache(maxsize=256)
def _derive(master: bytes, use: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"kept/{use}".encode()).derive(master)


@functools.lru_cache(maxsize=256)
def _cipher(master: bytes, use: str) -> AESGCM:
    """Made once: to set up the key takes longer than to encrypt a field."""
    return AESGCM(_derive(master, use))


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
