"""Ask a virus scanner (clamd, by its INSTREAM command) about bytes that a stranger sent. Fails closed.

The protocol: https://docs.clamav.net/manual/Usage/Scanning.html#clamd. Nothing of the file is logged.
"""

import socket
import struct

from privacy.kernel.errors import InvalidInput

TIMEOUT_S = 30
CHUNK = 1 << 16
LONGEST_ANSWER = 4096


def scan(data: bytes, *, address: str) -> str:
    """`clean`, or `not_configured` where `address` is empty.

    `address`: host:port, or the path of a socket. Raises InvalidInput(file) where the scanner found something, and
    where it did not answer: what nobody could look at is not taken.
    """
    if not address:
        return "not_configured"
    try:
        answer = _ask(data, address)
    except (OSError, ValueError):
        answer = ""
    if answer.endswith("FOUND"):
        raise InvalidInput("The virus scanner found something in this file. Send a clean one.", field="file")
    if answer != "stream: OK":
        raise InvalidInput("The file could not be checked for viruses just now. Try again later.", field="file")
    return "clean"


def _ask(data: bytes, address: str) -> str:
    with _connected(address) as wire:
        wire.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK):
            piece = data[start : start + CHUNK]
            wire.sendall(struct.pack("!I", len(piece)) + piece)
        wire.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            piece = wire.recv(LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    return answer.rstrip(b"\0").decode("ascii", "replace").strip()


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
