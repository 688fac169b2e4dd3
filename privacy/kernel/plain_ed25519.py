"""Ed25519 (RFC 8032) and small things for scripts that check our files elsewhere, in a bare Python.

`shipped` puts this text into a script, so that it runs alone. Nothing here handles a secret: it only verifies.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

SIZE = 32  # bytes of a key, and of each half of a signature
PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
BASE = (
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    46316835694926478169428394003475163141307993866256225615783033603165251855960,
)

if TYPE_CHECKING:
    Point = tuple[int, int, int, int]  # extended coordinates


def _add(one: Point, two: Point) -> Point:
    """Points in extended coordinates."""
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % PRIME, (one[1] + one[0]) * (two[1] + two[0]) % PRIME
    c, d = 2 * one[3] * two[3] * CURVE % PRIME, 2 * one[2] * two[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME)


def _times(number: int, point: Point) -> Point:
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _point(data: bytes) -> Point | None:
    """The point of 32 bytes; None for bytes that are none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= PRIME:
        return None
    square = (y * y - 1) * pow(CURVE * y * y + 1, PRIME - 2, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    if (x * x - square) % PRIME or (x == 0 and sign):
        return None
    x = PRIME - x if x & 1 != sign else x
    return (x, y, 1, x * y % PRIME)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the Ed25519 signature of the message verifies under the 32 bytes of the public key."""
    if len(key) != SIZE or len(signature) != 2 * SIZE:
        return False
    public, r = _point(key), _point(signature[:SIZE])
    s = int.from_bytes(signature[SIZE:], "little")
    if public is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:SIZE] + key + message).digest(), "little") % ORDER
    left = _times(s, (BASE[0], BASE[1], 1, BASE[0] * BASE[1] % PRIME))
    right = _add(r, _times(h, public))
    return not ((left[0] * right[2] - right[0] * left[2]) % PRIME or (left[1] * right[2] - right[1] * left[2]) % PRIME)


def bytes_of(text: str) -> bytes:
    """Base64 in either alphabet; nothing for what is none."""
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
    except ValueError:
        return b""
