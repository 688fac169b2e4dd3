"""One POST to a system outside. It trusts neither the name, nor the answer, nor the time it takes.

No redirect is followed, no proxy of the environment is used, and not more of an answer is read than an
acknowledgement needs.
"""

import contextlib
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Mapping

from django.conf import settings

from privacy.jobs.webhooks.addresses import AddressRefused, Target, Unresolvable, address_of, target_of
from privacy.jobs.webhooks.rules import ACCEPTED, outcome_of
from privacy.kernel.errors import InvalidInput

MOST_OF_AN_ANSWER = 16 * 1024


def post(url: str, body: bytes, headers: Mapping[str, str], *, must_acknowledge: bool = False) -> str:
    """Send, and say how it ended as a code; `accepted` is the only good one.

    With `must_acknowledge` a 2xx counts only where its body is JSON with `"acknowledged": true`.
    """
    try:
        target = target_of(url)
        address = address_of(target)
    except (InvalidInput, AddressRefused):
        return "address_refused"
    except Unresolvable:
        return "unresolvable"
    deadline = Deadline(settings.KEPT_WEBHOOK_TIMEOUT_SECONDS)
    try:
        connection = connect_to(target, str(address), deadline)
    except OSError as error:
        deadline.cancel()
        return "timeout" if deadline.is_over else _fault(error)
    try:
        outcome = _exchange(connection, target, body, headers, must_acknowledge=must_acknowledge)
        return "timeout" if deadline.is_over else outcome
    except (OSError, http.client.HTTPException, ValueError) as error:
        return "timeout" if deadline.is_over else _fault(error)
    finally:
        deadline.cancel()
        connection.close()


class Deadline:
    """Shuts a socket when the time is over, however slowly the other side keeps talking."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.is_over = seconds, False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connected: socket.socket) -> None:
        self._socket = connected

    def cancel(self) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        if self._socket is not None:
            with contextlib.suppress(OSError):  # closed already
                self._socket.shutdown(socket.SHUT_RDWR)


def connect_to(target: Target, address: str, deadline: Deadline) -> http.client.HTTPConnection:
    """Connect to the address that was checked; the certificate must be that of the name."""
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = socket.create_connection((address, target.port), timeout=deadline.seconds)
    deadline.watch(connection.sock)
    if target.is_https:
        try:
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=target.host)
        except BaseException:
            connection.close()
            raise
        deadline.watch(connection.sock)
    return connection


def _exchange(
    connection: http.client.HTTPConnection,
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    must_acknowledge: bool,
) -> str:
    connection.request("POST", target.path, body, {"Host": target.host_header, "Connection": "close", **headers})
    answer = connection.getresponse()
    outcome = outcome_of(answer.status)
    if outcome != ACCEPTED or not must_acknowledge:
        return outcome
    text = answer.read(MOST_OF_AN_ANSWER)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    return ACCEPTED if isinstance(said, dict) and said.get("acknowledged") is True else "not_acknowledged"


def _fault(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, http.client.HTTPException | ValueError):
        return "broken_answer"
    return "no_connection"
