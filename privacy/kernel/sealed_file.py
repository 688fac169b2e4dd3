"""A file encrypted under a key of its own: what is written can only be read whole and in order.

AES-256-GCM over frames of 64 KiB. The nonce is the frame's number and whether it is the last, so that
frames cannot be swapped, left out or cut off. A key is used for one file and never again.
"""

import hashlib
import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.kernel.keyring import UnreadableValue

FRAME = 1 << 16
TAG = 16


def new_key() -> bytes:
    """32 fresh bytes, for one file."""
    return secrets.token_bytes(32)


class SealingWriter:
    """Takes plain bytes, writes sealed frames to `out`. `close` writes the last frame; without it the
    file cannot be opened. `size` and `digest` (SHA-256, hex) are of the plain bytes."""

    def __init__(self, out: IO[bytes], *, key: bytes, context: str) -> None:
        self._out, self._cipher, self._context = out, AESGCM(key), context.encode()
        self._buffer = bytearray()
        self._number = 0
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self.size += len(data)
        self._buffer += data
        while len(self._buffer) > FRAME:
            self._seal(bytes(self._buffer[:FRAME]), is_last=False)
            del self._buffer[:FRAME]
        return len(data)

    def flush(self) -> None:
        """A frame is written when it is full; there is nothing to hurry."""

    def close(self) -> None:
        self._seal(bytes(self._buffer), is_last=True)
        self._buffer.clear()

    def _seal(self, data: bytes, *, is_last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), data, self._context))
        self._number += 1


def open_sealed(file: IO[bytes], *, key: bytes, context: str) -> Iterator[bytes]:
    """The plain bytes, frame by frame; UnreadableValue where the file was altered, cut or moved."""
    cipher = AESGCM(key)
    number, frame = 0, file.read(FRAME + TAG)
    while True:
        following = file.read(FRAME + TAG)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), frame, context.encode())
        except (InvalidTag, ValueError):
            raise UnreadableValue("The sealed file was altered or cut.") from None
        if not following:
            return
        number, frame = number + 1, following


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
