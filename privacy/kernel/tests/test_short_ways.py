"""What is asked a hundred times at once takes a short way, to the same end as the long one."""

import hmac

import pytest

from privacy.kernel.blind_index import blind_index, blind_indexes, indexer
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import PLAIN_EMAIL, _email, normalize
from privacy.kernel.keyring import keyring

LONG = "a" * 64
ADDRESSES = (
    *("alice@example.com", "a.b-c_d+e@mail.example.co.uk", "0@a.b", f"{LONG}@example.com", f"{LONG}a@example.com"),
    *("a..b@example.com", ".a@example.com", "a.@example.com", "a@example", "a@-x.example", "a@x-.example", "a@x..de"),
    *(f"a@{'b' * 63}.de", f"a@{'b' * 64}.de", f"a@{'b.' * 126}de", f"a@{'b.' * 125}d", "a@b@c.de", "a b@c.de", "@c.de"),
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_plain_address_is_taken_as_the_whole_check_would_take_it(address: str) -> None:
    try:
        wanted = _email(address)
    except InvalidInput:
        with pytest.raises(InvalidInput):
            normalize("email", address)
    else:
        assert normalize("email", address) == wanted == address


@pytest.mark.parametrize(
    "address", ["Alice@example.com", "alice@example.com\n", " a@b.de", "jürgen@example.com", "a@ü.de"]
)
def test_whatever_is_not_plain_takes_the_long_way(address: str) -> None:
    assert not PLAIN_EMAIL.fullmatch(address)


def test_a_blind_index_is_an_hmac() -> None:
    ring = keyring()
    wanted = hmac.digest(ring.derive("blind-index"), "email|jürgen@example.com".encode(), "sha256").hex()
    assert ring.mac("blind-index", "email|jürgen@example.com", ring.primary) == wanted
    assert blind_index("email", "jürgen@example.com") == f"{ring.primary}:{wanted}"
    assert indexer()("email", "jürgen@example.com") == blind_indexes("email", "jürgen@example.com")
