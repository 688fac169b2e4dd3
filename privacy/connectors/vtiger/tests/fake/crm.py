"""The two doors of the fake CRM: `webservice.php` on premises, and REST in the cloud."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from privacy.connectors.tests.serving import Call, Reply
from privacy.connectors.vtiger.tests.fake import vtql
from privacy.connectors.vtiger.tests.fake.records import DENIED, MANDATORY, MODULES, NOT_EDITABLE, REFERS, Fault, Store

TOKEN_SECONDS, IDLE_SECONDS, SESSION_SECONDS = 300, 1800, 86_400
READS = {"getchallenge", "listtypes", "describe", "query", "retrieve", "sync", "retrieve_related", "query_related"}
Params = Mapping[str, str]


@dataclass
class Crm:
    """One installation. `passing` moves its clock; `status` other than 0 answers everything with
    it. `counts_hidden`: a count may know of rows that the user is not shown."""

    store: Store = field(default_factory=Store)
    user: str = "kept"
    key: str = "accessKey123"
    is_active: bool = True
    is_cloud: bool = False
    clock: float = 0.0
    status: int = 0
    counts_hidden: bool = False
    calls: list[str] = field(default_factory=list)
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _sessions: dict[str, tuple[float, float]] = field(default_factory=dict)

    def passing(self, seconds: float) -> None:
        self.clock += seconds

    def __call__(self, call: Call) -> Reply:
        if self.status:
            return self.status, {}, b"<html>maintenance</html>"
        path = urlsplit(call.path).path
        if self.is_cloud:
            return self._rest(call, path)
        if not path.endswith("/webservice.php"):
            return 404, {}, b""
        query = dict(parse_qsl(urlsplit(call.path).query, keep_blank_values=True))
        form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
        operation = (query.get("operation") or form.get("operation") or "").lower()
        params = query if operation in READS else form  # read by the verb that is registered: the other one is empty
        self.calls.append(operation)
        try:
            result: Any = self._operate(operation, params)
        except Fault as fault:
            if fault.code == "HTTP_500":
                return 500, {}, b""
            return self._say({"success": False, "error": {"code": fault.code, "message": fault.message}})
        return self._say({"success": True, "result": result})

    def _say(self, body: Any, status: int = 200) -> Reply:
        return status, {"Content-Type": "application/json"}, json.dumps(body).encode()

    # --- on premises -----------------------------------------------------------------------------
    def _operate(self, operation: str, params: Params) -> Any:
        if operation == "getchallenge":
            return self._challenge(params)
        if operation == "login":
            return self._login(params)
        if operation == "sync":
            raise Fault("HTTP_500", "")
        self._require_session(params)
        if operation == "logout":
            self._sessions.pop(params["sessionName"])
            return {"message": "successfull"}
        if operation not in OPERATIONS:
            raise Fault("UNKNOWN_OPERATION", "Unknown operation requested")
        return OPERATIONS[operation](self, params)

    def _challenge(self, params: Params) -> Any:
        if params.get("username") != self.user:
            raise Fault("ACCESS_DENIED", "Given user name does not exists")
        token = secrets.token_hex(7)[:13]
        self._tokens[self.user] = (token, self.clock + TOKEN_SECONDS)
        return {"token": token, "serverTime": int(self.clock), "expireTime": int(self.clock + TOKEN_SECONDS)}

    def _login(self, params: Params) -> Any:
        token, ends = self._tokens.get(self.user, ("", 0.0))
        if not token or ends < self.clock:
            raise Fault("INVALID_AUTH_TOKEN", "Specified token is invalid or expired")
        expected = hashlib.md5(f"{token}{self.key}".encode(), usedforsecurity=False).hexdigest()
        if params.get("username") != self.user or params.get("accessKey") != expected or not self.is_active:
            raise Fault("INVALID_USER_CREDENTIALS", "Invalid username or password")
        session = secrets.token_hex(10)
        self._sessions[session] = (self.clock, self.clock)
        return {"sessionName": session, "userId": "19x1", "version": "0.22", "vtigerVersion": "8.0.0"}

    def _require_session(self, params: Params) -> None:
        session = params.get("sessionName", "")
        if not session:
            raise Fault("AUTHENTICATION_REQUIRED", "Authencation required")
        if session not in self._sessions:
            raise Fault("INVALID_SESSIONID", "Session Identifier provided is Invalid")
        began, last = self._sessions[session]
        if self.clock - began > SESSION_SECONDS:
            raise Fault("SESSION_EXPIRED", "Session has expired")
        if self.clock - last > IDLE_SECONDS:
            raise Fault("SESSION_LEFT_IDLE", "Session has been left idle")
        self._sessions[session] = (began, self.clock)

    # --- the cloud -------------------------------------------------------------------------------
    def _rest(self, call: Call, path: str) -> Reply:
        expected = base64.b64encode(f"{self.user}:{self.key}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {expected}":
            return 401, {}, b""
        operation = path.rpartition("/")[2]
        text = urlsplit(call.path).query if call.method == "GET" else call.body.decode()
        params = dict(parse_qsl(text, keep_blank_values=True))
        self.calls.append(operation)
        try:
            if operation == "me":
                return self._say({"success": True, "result": {"id": "19x1", "user_name": self.user}})
            if operation not in OPERATIONS:
                return 404, {}, b""
            return self._say({"success": True, "result": OPERATIONS[operation](self, params)})
        except Fault as fault:
            error = {"code": fault.code, "message": fault.message}
            return self._say({"success": False, "error": error}, 400)


def _listtypes(crm: Crm, _: Params) -> Any:
    names = [name for name in MODULES if name not in crm.store.disabled]
    about = {name: {"isEntity": True, "label": name, "singular": name} for name in names}
    return {"types": names, "information": about}


def _describe(crm: Crm, params: Params) -> Any:
    name = params.get("elementType", "")
    if name not in MODULES or name in crm.store.disabled:
        raise Fault(*DENIED)
    fields = []
    for each in crm.store.fields(name):
        refers = REFERS.get((name, each))
        kind = {"name": "reference", "refersTo": refers} if refers else {"name": "string"}
        fields.append(
            {
                "name": each,
                "label": each,
                "mandatory": each in MANDATORY.get(name, ()),
                "type": kind,
                "editable": each not in NOT_EDITABLE,
            }
        )
    return {"label": name, "name": name, "idPrefix": MODULES[name][0], "isEntity": True, "fields": fields}


def _element(params: Params) -> dict[str, str]:
    found = json.loads(params.get("element") or "{}")
    return {str(name): str(value) for name, value in found.items()}


def _delete(crm: Crm, params: Params) -> Any:
    crm.store.delete(params.get("id", ""))
    return {"status": "successful"}


def _retrieve_related(crm: Crm, params: Params) -> Any:
    return crm.store.related(params.get("id", ""), params.get("relatedType", ""))


OPERATIONS: dict[str, Callable[[Crm, Params], Any]] = {
    "listtypes": _listtypes,
    "describe": _describe,
    "query": lambda crm, params: vtql.run(crm.store, params.get("query", ""), counts_hidden=crm.counts_hidden),
    "retrieve": lambda crm, params: {**crm.store.get(params.get("id", "")), "label": ""},
    "revise": lambda crm, params: crm.store.revise(_element(params)),
    "update": lambda crm, params: crm.store.revise(_element(params), whole=True),
    "delete": _delete,
    "retrieve_related": _retrieve_related,
}
