"""The scanner's word is law, and no word is a no. The scanner here speaks clamd's protocol over a real socket, and can
say what a real one (`test_real_clamd.py`) seldom says."""

import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from privacy.kernel.errors import InvalidInput
from privacy.kernel.virus_scan import scan


class FakeClamd:
    """Reads a stream as clamd does and answers; `says` None: hangs up without a word."""

    def __init__(self) -> None:
        self.says: str | None = ""
        self.got = b""
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                wire, _ = self.door.accept()
            except OSError:
                return
            with wire:
                self.answer(wire)

    def answer(self, wire: socket.socket) -> None:
        stream = wire.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        self.got = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            self.got += stream.read(size)
        if self.says is not None:
            said = self.says or ("stream: Eicar-Test FOUND" if b"virus" in self.got else "stream: OK")
            wire.sendall(said.encode() + b"\0")


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    server = FakeClamd()
    yield server
    server.door.close()


def test_clean_and_not(clamd: FakeClamd) -> None:
    data = bytes(range(256)) * 1000
    assert scan(data, address=clamd.address) == "clean" and clamd.got == data
    with pytest.raises(InvalidInput, match="found something"):
        scan(b"a virus", address=clamd.address)
    assert scan(b"a virus", address="") == "not_configured"


@pytest.mark.parametrize("says", [None, "stream: read timed out. ERROR", "stream: OK but", "nonsense"])
def test_no_clear_word_is_a_no(clamd: FakeClamd, says: Any) -> None:
    clamd.says = says
    with pytest.raises(InvalidInput, match="could not be checked"):
        scan(b"x", address=clamd.address)


@pytest.mark.parametrize(
    "says",
    [
        "INSTREAM size limit exceeded. ERROR",
        "stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND",
        "stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND",
    ],
)
def test_what_is_too_much_for_it_is_said_so(clamd: FakeClamd, says: str) -> None:
    clamd.says = says
    with pytest.raises(InvalidInput, match="more than the virus scanner can look at"):
        scan(b"x", address=clamd.address)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock", "nonsense"])
def test_no_scanner_is_a_no(address: str) -> None:
    with pytest.raises(InvalidInput, match="could not be checked"):
        scan(b"x", address=address)
