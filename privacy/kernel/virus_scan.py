"""Ask a virus scanner (clamd, by its INSTREAM command) about bytes that a stranger sent. Fails closed.

The protocol: https://docs.clamav.net/manual/Usage/Scanning.html#clamd. Nothing of the file is logged.
"""

import contextlib
import enum
import socket
import struct

from privacy.kernel.errors import InvalidInput

TIMEOUT_S = 30
CHUNK = 1 << 16
LONGEST_ANSWER = 4096
# Its words for a file over StreamMaxLength, and, with AlertExceedsMax, for one over its other limits.
TOO_MUCH = ("size limit exceeded", "Heuristics.Limits.Exceeded")


class Verdict(enum.Enum):
    """What the scanner says; SILENT for anything that is no clear word."""

    CLEAN = enum.auto()
    FOUND = enum.auto()
    TOO_MUCH = enum.auto()
    SILENT = enum.auto()


REFUSALS = {
    Verdict.FOUND: "The virus scanner found something in this file. Send a clean one.",
    Verdict.TOO_MUCH: "The file is more than the virus scanner can look at. "
    "Send it in parts, or scan with fewer dots per inch.",
    Verdict.SILENT: "The file could not be checked for viruses just now. Try again later.",
}


def scan(data: bytes, *, address: str) -> str:
    """`clean`, or `not_configured` where `address` is empty.

    `address`: host:port, or the path of a socket. Raises InvalidInput(file) where the scanner found something, where
    the file is more than it looks at, and where it did not answer: what nobody could look at is not taken.
    """
    if not address:
        return "not_configured"
    verdict = verdict_on(data, address=address)
    if verdict is not Verdict.CLEAN:
        raise InvalidInput(REFUSALS[verdict], field="file")
    return "clean"


def verdict_on(data: bytes, *, address: str) -> Verdict:
    """The scanner's word, whatever it is. Raises nothing."""
    try:
        answer = _ask(data, address)
    except (OSError, ValueError):
        return Verdict.SILENT
    if any(sign in answer for sign in TOO_MUCH):
        return Verdict.TOO_MUCH
    if answer.endswith("FOUND"):
        return Verdict.FOUND
    return Verdict.CLEAN if answer == "stream: OK" else Verdict.SILENT


def _ask(data: bytes, address: str) -> str:
    with _connected(address) as wire:
        with contextlib.suppress(ConnectionError):  # clamd says that it is too much, and hangs up while we still send
            _send(wire, data)
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            piece = wire.recv(LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    return answer.rstrip(b"\0").decode("ascii", "replace").strip()


def _send(wire: socket.socket, data: bytes) -> None:
    wire.sendall(b"zINSTREAM\0")
    for start in range(0, len(data), CHUNK):
        piece = data[start : start + CHUNK]
        wire.sendall(struct.pack("!I", len(piece)) + piece)
    wire.sendall(struct.pack("!I", 0))


def _connected(address: str) -> socket.socket:
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit():
        return socket.create_connection((host, int(port)), timeout=TIMEOUT_S)
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    wire.settimeout(TIMEOUT_S)
    try:
        wire.connect(address)
    except OSError:
        wire.close()
        raise
    return wire
