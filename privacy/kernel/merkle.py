"""Merkle tree hashing after RFC 6962 section 2.1: leaves and nodes have prefixes of their own."""

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(LEAF + data).digest()


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in order; SHA-256 of nothing for none.

    RFC 6962 splits at the largest power of two below n; pairing level by level and carrying an odd
    last node up gives the same tree without recursion.
    """
    if not leaves:
        return hashlib.sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        paired = [hashlib.sha256(NODE + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def path_to_root(leaves: Sequence[bytes], place: int) -> list[tuple[str, bytes]]:
    """The siblings from one leaf up to the root, each with its side ("left" or "right"): RFC 6962 section 2.1.1.

    An odd last node has none on its level and is carried up.
    """
    path = []
    level = list(leaves)
    while len(level) > 1:
        sibling = place ^ 1
        if sibling < len(level):
            path.append(("left" if sibling < place else "right", level[sibling]))
        paired = [hashlib.sha256(NODE + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
        place //= 2
    return path
