"""One HTTP exchange with Kept: a time limit for all of it, a size limit, no redirects, another try where that helps."""

import http.client
import random
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

LARGEST = 64 * 1024 * 1024
PIECE = 64 * 1024
RETRIED = frozenset({429, 502, 503, 504})


class Unreachable(Exception):
    """No whole answer came in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class Transport:
    """`timeout`: seconds for one try, from connecting to the last byte. `retries`: further tries after a
    connection that failed or an answer that says "not now"; waits double from `backoff` seconds, with chance."""

    url: str
    key: str
    timeout: float = 2.0
    retries: int = 2
    backoff: float = 0.1
    context: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        is_local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
            raise ValueError("The address of Kept begins with https://.")
        if not self.key or any(ord(char) < 33 or ord(char) > 126 for char in self.key):  # noqa: PLR2004 - ASCII
            raise ValueError("The key is not whole.")

    def exchange(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """The answer of the last try; Unreachable where it brought none."""
        for attempt in range(self.retries + 1):
            is_last = attempt == self.retries
            try:
                answer = self._once(method, path, body)
            except (OSError, http.client.HTTPException):
                if is_last:
                    raise Unreachable from None
            else:
                if is_last or answer.status not in RETRIED:
                    return answer
            time.sleep(self.backoff * 2**attempt * (0.5 + random.random()))  # noqa: S311 - jitter
        raise Unreachable  # a negative number of retries

    def _once(self, method: str, path: str, body: bytes | None) -> Answer:
        end = time.monotonic() + self.timeout
        parts = urlsplit(self.url)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = self.context or ssl.create_default_context()
            connection = http.client.HTTPSConnection(parts.netloc, timeout=self.timeout, context=context)
        else:
            connection = http.client.HTTPConnection(parts.netloc, timeout=self.timeout)
        headers = {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, f"{parts.path.rstrip('/')}{path}", body, headers)
            _limit(connection, end)
            response = connection.getresponse()
            read = _read(connection, response, end)
            return Answer(response.status, read, {name.lower(): value for name, value in response.getheaders()})
        finally:
            connection.close()


def _read(connection: http.client.HTTPConnection, response: http.client.HTTPResponse, end: float) -> bytes:
    """The whole body: a server that drips a byte now and then runs out of time as any other."""
    pieces, size = [], 0
    while True:
        _limit(connection, end)
        piece = response.read1(PIECE)
        if not piece:
            break
        size += len(piece)
        if size > LARGEST:
            raise http.client.HTTPException("too long")
        pieces.append(piece)
    if response.length:  # the connection ended before the announced end
        raise http.client.IncompleteRead(b"".join(pieces))
    return b"".join(pieces)


def _limit(connection: http.client.HTTPConnection, end: float) -> None:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if connection.sock is not None:  # the response holds it once the server wants to close
        connection.sock.settimeout(left)
