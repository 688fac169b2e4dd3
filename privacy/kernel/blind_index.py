"""Search for an identifier without keeping it in clear: a keyed, versioned hash.

The index is versioned by key id (`k1:…`), so that a rotation can rebuild it while both versions are
searched. Equal inputs give equal indexes only within one `kind`.
"""

from collections.abc import Callable

from privacy.kernel.keyring import keyring


def blind_index(kind: str, normalized: str) -> str:
    """The index of a normalized identifier under the primary key."""
    ring = keyring()
    return f"{ring.primary}:{ring.mac('blind-index', f'{kind}|{normalized}', ring.primary)}"


def blind_indexes(kind: str, normalized: str) -> list[str]:
    """The indexes under every key: what a search must ask for while a rotation is under way."""
    return indexer()(kind, normalized)


def indexer() -> Callable[[str, str], list[str]]:
    """`blind_indexes` for many: the keys are looked up once."""
    ring = keyring()
    macs = [(key, ring.mac_of("blind-index", key)) for key in ring.keys]
    if len(macs) == 1:  # nearly always: no rotation is under way
        [(one, mac_of_one)] = macs
        return lambda kind, normalized: [f"{one}:{mac_of_one(f'{kind}|{normalized}')}"]

    def indexes(kind: str, normalized: str) -> list[str]:
        text = f"{kind}|{normalized}"
        return [f"{key}:{mac(text)}" for key, mac in macs]

    return indexes
