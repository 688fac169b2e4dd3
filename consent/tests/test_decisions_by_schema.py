"""The decision API under input that is made up from its schema, right and wrong: no answer is outside the schema."""

import json
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from accounts.api_keys import make_api_key
from accounts.models import User
from consent.api import counting
from consent.api.fast_path import FastDoor
from consent.tests.conftest import choose
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.pages.api_schema import document

if find_spec("schemathesis") is None:
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail("CI needs schemathesis: pip install -r requirements-dev.txt", pytrace=False)
    pytest.skip("needs schemathesis: pip install -r requirements-dev.txt", allow_module_level=True)

import schemathesis

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("default")]
QUIET = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def the_schema(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Behind the server's own door for decisions: the schema, without a request that ends the test's connection."""
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(document()).encode()]


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_every_answer_is_one_that_the_schema_names(
    mode: Any, alice: User, demo_policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FLUSH_SECONDS", 3600.0)  # not by its own thread, which has another transaction
    choose(alice, "newsletter", allow=True)
    key = make_api_key(label="fuzzer", scopes="decisions", actor=OPERATOR, now=clock.now())
    door = schemathesis.openapi.from_wsgi("/api/v1/schema/", FastDoor(the_schema))["/api/v1/decisions"]["POST"]

    @QUIET
    @given(case=door.as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"})

    holds()
