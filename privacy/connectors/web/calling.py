"""Calls to one web service: patient, and trusting nothing that comes back.

The address is checked and connected to as checked, no redirect is followed, time and size have a limit, and what goes
wrong becomes HandlerUnavailable with a code: neither an address, nor a credential, nor a word of an answer.
"""

import contextlib
import dataclasses
import http.client
import json
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from privacy.connectors.web.pace import SharedPace
from privacy.jobs.webhooks.addresses import AddressRefused, Target, Unresolvable, address_of, target_of
from privacy.jobs.webhooks.posting import Deadline, connect_to
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.contract import HandlerUnavailable

CALL_SECONDS = 20.0
MOST_BYTES = 8 * 1024 * 1024
TRIES = 4
LONGEST_WAIT_S = 30.0
LONGEST_PATH = 7000  # what servers take
TOO_MANY, SERVER_FAULT = 429, 500
WORTH_ANOTHER_TRY = frozenset({TOO_MANY, 502, 503, 504})


CODE = re.compile(r"[a-z]{1,20}(_[a-z]{1,20}){1,6}|[A-Z]{1,20}(_[A-Z]{1,20}){1,6}")


def code_word(said: object) -> str:
    """A service's own code of an error, where it can only be one: invalid_state, ACCESS_DENIED. Empty for everything
    else, for an error may repeat a credential or a name in any field."""
    return said if isinstance(said, str) and CODE.fullmatch(said) else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said. `data` is its JSON, or None where it sent none; `raw` the bytes, for a signature."""

    status: int
    data: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    raw: bytes = field(repr=False, default=b"")

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's classes


class WebClient:
    """Calls below one address. One is made for each piece of work and used by one thread.

    `is_inside`: an operator has said that the service stands inside the house. `headers` go with every call, the
    credentials among them. `calls_a_second` is what the service allows, and `shared_as` the key of the system under
    which all processes keep to it together. `wait` sleeps; tests pass another.
    """

    def __init__(
        self,
        base: str,
        *,
        is_inside: bool = False,
        headers: Mapping[str, str] | None = None,
        calls_a_second: float = 10.0,
        shared_as: str = "",
        seconds: float = CALL_SECONDS,
        most_bytes: int = MOST_BYTES,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = base.rstrip("/")
        self._is_inside, self._headers = is_inside, dict(headers or {})
        self._pause, self._seconds, self._most_bytes = 1 / calls_a_second, seconds, most_bytes
        self._wait, self._next = wait, 0.0
        self._shared = SharedPace(shared_as) if shared_as else None

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Read. Tried again when the service is busy or cannot be reached."""
        return self.call("GET", f"{path}?{urlencode(params)}" if params else path)

    def call(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        json_body: Any = None,
        headers: Mapping[str, str] | None = None,
        may_repeat: bool | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """One call, repeated where that is safe: a reading, or what the caller says `may_repeat` because the service
        recognizes it. `raw` is a JSON text as it was signed. Raises HandlerUnavailable where no answer comes that can
        be used."""
        body, kind = (raw, "application/json") if raw is not None else _body(form, json_body)
        sent = {"Accept": "application/json", **self._headers, **({"Content-Type": kind} if kind else {})}
        is_safe = method == "GET" if may_repeat is None else may_repeat
        for attempt in range(1, TRIES + 1):
            is_last = attempt == TRIES or not is_safe
            self._keep_pace()
            try:
                answer = self._once(method, path, body, {**sent, **(headers or {})})
            except HandlerUnavailable:
                if is_last:
                    raise
                self._wait(2.0 ** (attempt - 1))
                continue
            if answer.status not in WORTH_ANOTHER_TRY or is_last:
                break
            asked = _asked_to_wait(answer, attempt)
            if self._shared:
                self._shared.hold_off(asked)
            self._wait(asked)
        if answer.status in WORTH_ANOTHER_TRY or answer.status >= SERVER_FAULT:
            raise HandlerUnavailable(f"it answered {answer.status}")
        return answer

    def _keep_pace(self) -> None:
        ahead = self._next - time.monotonic()
        if self._shared:
            ahead = max(ahead, self._shared.take(self._pause))
        if ahead > 0:
            self._wait(ahead)
        self._next = time.monotonic() + self._pause

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        target = self._target(path)
        deadline = Deadline(self._seconds)
        connection: http.client.HTTPConnection | None = None
        try:
            address = address_of(target, is_inside=self._is_inside)
            connection = connect_to(target, str(address), deadline)
            connection.request(
                method, target.path, body, {"Host": target.host_header, "Connection": "close", **headers}
            )
            with contextlib.closing(connection.getresponse()) as response:
                answer = self._read(response)
        except (AddressRefused, Unresolvable, OSError, http.client.HTTPException, ValueError) as error:
            code = "no answer in time" if deadline.is_over else _fault(error)
            raise HandlerUnavailable(code) from None
        finally:
            deadline.cancel()
            if connection is not None:
                connection.close()
        if deadline.is_over:
            raise HandlerUnavailable("no answer in time")
        return answer

    def _target(self, path: str) -> Target:
        """The whole address. The host is always the one that was connected, whatever a path holds."""
        try:
            base = target_of(self._base, is_inside=self._is_inside)
        except InvalidInput:
            raise HandlerUnavailable("its address cannot be used") from None
        whole = f"{base.path.rstrip('/')}/{path.lstrip('/')}" if path else base.path
        if len(whole) > LONGEST_PATH or any(char <= " " or char >= "\x7f" for char in whole):
            raise HandlerUnavailable("a call to it would be no address")
        return dataclasses.replace(base, path=whole)

    def _read(self, response: http.client.HTTPResponse) -> Answer:
        if 300 <= response.status < 400:  # noqa: PLR2004 - HTTP's classes
            raise HandlerUnavailable("it sends us elsewhere, which is not followed")
        text = response.read(self._most_bytes + 1)
        if len(text) > self._most_bytes:
            raise HandlerUnavailable("its answer is too large")
        if response.length:
            raise HandlerUnavailable("its answer is broken")  # it ended before the length that it announced
        try:
            data = json.loads(text) if text.strip() else None
        except (ValueError, RecursionError):
            data = None
        return Answer(response.status, data, {name.lower(): value for name, value in response.getheaders()}, text)


def _body(form: Mapping[str, str] | None, json_body: Any) -> tuple[bytes | None, str]:
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    if json_body is not None:
        return json.dumps(json_body).encode(), "application/json"
    return None, ""


def _asked_to_wait(answer: Answer, attempt: int) -> float:
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), LONGEST_WAIT_S) if asked.isdecimal() else 2.0 ** (attempt - 1)


def _fault(error: Exception) -> str:
    if isinstance(error, AddressRefused):
        return "its address lies inside the house; say `inside: true` where that is meant"
    if isinstance(error, Unresolvable):
        return "its name is not known"
    if isinstance(error, ssl.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return "its answer is broken" if isinstance(error, http.client.HTTPException | ValueError) else "no connection"
