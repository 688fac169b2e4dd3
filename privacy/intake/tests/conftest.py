"""What the tests of intake share: a partner system that reports."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.api_keys import make_api_key
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR

Post = Callable[..., Any]
VERSION = "2018-05-15"


@pytest.fixture
def post(demo_policy: Any) -> Post:
    """Post a body to a path; the status is checked, and the answer comes back as JSON."""
    key = make_api_key(label="site", scopes="collect publish disclose", actor=OPERATOR, now=clock.now())
    numbers = iter(range(10_000))

    def send(path: str, body: Any, *, status: int = 201, idem: str | None = None, key: str = key) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        headers = {"Authorization": f"Bearer {key}"}
        if idem != "":
            headers["Idempotency-Key"] = idem or f"key-{next(numbers)}"
        answer = Client().post(path, text, content_type="application/json", headers=headers)
        assert answer.status_code == status, (answer.status_code, answer.content)
        return answer.json()

    return send


def collection(**more: Any) -> dict[str, Any]:
    """A whole and lawful report, but for what a test changes."""
    body: dict[str, Any] = {
        "subject": {"email": "alice@example.com"},
        "touchpoint": "trial",
        "site": "main",
        "form": "try",
        "notice": {"version": VERSION, "language": "en"},
        "age": {"years": 34},
        "values": [{"name": "job_title", "category": "identification", "value": "Head of sales"}],
    }
    return {name: value for name, value in {**body, **more}.items() if value is not None}
