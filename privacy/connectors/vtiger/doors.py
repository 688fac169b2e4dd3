"""The two doors of the CRM, each by the operations it has: `webservice.php` on premises, REST in the cloud.

Source: behavior of Vtiger 7.1 and 8.x on premises and of its cloud's REST API. Errors come back as codes only: their
texts may hold a value of a record.
"""

import abc
import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from privacy.connectors.web.calling import Answer, WebClient, code_word
from privacy.personal_data.contract import HandlerUnavailable

READS = frozenset({"getchallenge", "listtypes", "describe", "query", "retrieve", "retrieve_related"})
SESSION_OVER = frozenset({"SESSION_EXPIRED", "SESSION_LEFT_IDLE", "INVALID_SESSIONID", "AUTHENTICATION_REQUIRED"})
NOT_LET_IN = frozenset({"INVALID_USER_CREDENTIALS", "INVALID_AUTH_TOKEN", "ACCESS_DENIED"})
UNAUTHORIZED = (401, 403)


class CrmRefused(Exception):
    """The CRM understood and said no. `code` is its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Door(abc.ABC):
    """One way in."""

    @abc.abstractmethod
    def call(self, operation: str, **params: str) -> Any:
        """The `result` of an operation. CrmRefused with the CRM's code; HandlerUnavailable for anything else."""


def result_of(answer: Answer) -> Any:
    """What stands in the envelope. HTTP 200 says nothing: an error comes with it, too."""
    if answer.status in UNAUTHORIZED:
        raise HandlerUnavailable("it refuses the user or the access key")
    body = answer.data
    if not isinstance(body, dict) or not isinstance(body.get("success"), bool):
        raise HandlerUnavailable("its answer is not that of a CRM")
    if body["success"]:
        return body.get("result")
    error = body.get("error")
    raise CrmRefused(code_word(error.get("code") if isinstance(error, dict) else None) or "UNKNOWN")


class OnPremises(Door):
    """`POST|GET {url}/webservice.php` with a session, which is opened when it is needed and again when it is over."""

    def __init__(self, client: WebClient, *, user: str, access_key: str) -> None:
        self._client, self._user, self._key = client, user, access_key
        self._session = ""

    def call(self, operation: str, **params: str) -> Any:
        for _ in range(2):
            session = self._session or self._open()
            try:
                return self._once(operation, {**params, "sessionName": session})
            except CrmRefused as refused:
                if refused.code not in SESSION_OVER:
                    raise
                self._session = ""
        raise HandlerUnavailable("it ends every session at once")

    def _open(self) -> str:
        try:
            challenge = self._once("getchallenge", {"username": self._user})
            token = str(challenge["token"])
            # The CRM's own scheme: nothing of ours rests on this digest.
            word = hashlib.md5(f"{token}{self._key}".encode(), usedforsecurity=False).hexdigest()
            session = self._once("login", {"username": self._user, "accessKey": word})["sessionName"]
        except CrmRefused as refused:
            why = "it refuses the user or the access key" if refused.code in NOT_LET_IN else "it lets nobody in"
            raise HandlerUnavailable(why) from None
        except (KeyError, TypeError):
            raise HandlerUnavailable("its answer is not that of a CRM") from None
        self._session = str(session)
        return self._session

    def _once(self, operation: str, params: Mapping[str, str]) -> Any:
        """By the verb that the operation is registered with: with the other one it reads nothing of what is sent."""
        sent = {"operation": operation, **params}
        if operation in READS:
            return result_of(self._client.get("webservice.php", sent))
        is_effect = operation != "login"  # each effect is looked for before it is sent again
        return result_of(self._client.call("POST", "webservice.php", form=sent, may_repeat=is_effect))


class Cloud(Door):
    """`{url}/OPERATION` with HTTP Basic; handled errors come with HTTP 400."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def call(self, operation: str, **params: str) -> Any:
        if operation in READS:
            return result_of(self._client.get(operation, params))
        return result_of(self._client.call("POST", operation, form=params, may_repeat=True))


def basic(user: str, access_key: str) -> dict[str, str]:
    """The header that the cloud's door asks for."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{access_key}'.encode()).decode()}"}
