"""A sealed file gives back what went in, whole, or nothing that could be taken for it."""

import hashlib
import io

import pytest

from privacy.kernel.keyring import UnreadableValue
from privacy.kernel.sealed_file import FRAME, TAG, SealingWriter, new_key, open_sealed

KEY = new_key()


def seal(data: bytes, *, step: int = 50_000) -> bytes:
    out = io.BytesIO()
    writer = SealingWriter(out, key=KEY, context="one")
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
    writer.close()
    assert (writer.size, writer.digest) == (len(data), hashlib.sha256(data).hexdigest())
    return out.getvalue()


def unseal(data: bytes, *, key: bytes = KEY, context: str = "one") -> bytes:
    return b"".join(open_sealed(io.BytesIO(data), key=key, context=context))


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 17])
def test_what_goes_in_comes_out(size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    sealed = seal(data)
    assert unseal(sealed) == data
    assert not data or data[:64] not in sealed or size == 1


@pytest.mark.parametrize(
    "harm",
    [
        lambda sealed: sealed[: FRAME + TAG],  # the tail is cut at a frame's end
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[FRAME + TAG :],  # the head is gone
        lambda sealed: sealed[FRAME + TAG : 2 * (FRAME + TAG)] + sealed[: FRAME + TAG] + sealed[2 * (FRAME + TAG) :],
        lambda sealed: bytes([sealed[0] ^ 1]) + sealed[1:],
        lambda sealed: b"",
    ],
)
def test_a_harmed_file_is_refused(harm: object) -> None:
    sealed = seal(bytes(3 * FRAME))
    with pytest.raises(UnreadableValue):
        unseal(harm(sealed))  # type: ignore[operator]  # parametrized functions


def test_another_key_or_place_opens_nothing() -> None:
    sealed = seal(b"text")
    with pytest.raises(UnreadableValue):
        unseal(sealed, key=new_key())
    with pytest.raises(UnreadableValue):
        unseal(sealed, context="two")
