"""An agent of the network, written from the protocol's text: it shares nothing with the doors that it tests."""

import base64
import datetime as dt
import json
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

BUSINESS = "KEPT_DEMO"


class Agent:
    """Signs, pairs, files, follows and takes back. `answer` is the last response."""

    def __init__(self, agent_id: str = "PERMISSION_SLIP", business: str = BUSINESS) -> None:
        self.agent_id, self.business, self.token = agent_id, business, ""
        self._key = Ed25519PrivateKey.generate()
        self._http = Client()

    @property
    def verify_key(self) -> str:
        raw = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def sign(self, message: dict[str, Any] | bytes) -> bytes:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return base64.b64encode(self._key.sign(body) + body)

    def claims(self, *, minutes: int = 10, issued: dt.timedelta = dt.timedelta(), **more: Any) -> dict[str, Any]:
        issued_at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1) + issued
        return {
            "agent-id": self.agent_id,
            "business-id": self.business,
            "issued-at": issued_at.isoformat(),
            "expires-at": (issued_at + dt.timedelta(minutes=minutes)).isoformat(),
            "drp.version": "0.9.4",
            **more,
        }

    def pair(self, raw: bytes | None = None) -> int:
        answer = self.send("post", f"agent/{self.agent_id}", raw or self.sign(self.claims()), token="")
        if answer.status_code == 200:
            self.token = answer.json()["token"]
        return int(answer.status_code)

    def wish(self, exercise: str = "deletion", **more: Any) -> dict[str, Any]:
        person = {"name": "Carol", "email": "carol@example.com", "email_verified": True}
        return self.claims(**{"exercise": exercise, "regime": "ccpa", **person, **more})

    def file(self, exercise: str = "deletion", **more: Any) -> Any:
        return self.send("post", "data-rights-request", self.sign(self.wish(exercise, **more)))

    def follow(self, request_id: str) -> Any:
        return self.send("get", f"data-rights-request/{request_id}")

    def take_back(self, request_id: str, reason: str = "I changed my mind") -> Any:
        return self.send("delete", f"data-rights-request/{request_id}", self.sign({"reason": reason}))

    def send(self, method: str, path: str, raw: bytes = b"", token: str | None = None) -> Any:
        token = self.token if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method == "get":
            return self._http.get(f"/drp/v1/{path}", headers=headers)
        return getattr(self._http, method)(f"/drp/v1/{path}", raw, content_type="text/plain", headers=headers)
