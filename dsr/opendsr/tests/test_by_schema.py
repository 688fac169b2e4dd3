"""The doors of OpenDSR under input that is made up from their schema, right and wrong, and what each asks of the
database."""

import json
import os
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from pytest_django import DjangoAssertNumQueries

from dsr.opendsr.tests.client import request_body
from dsr.opendsr.tests.conftest import Customer

if find_spec("schemathesis") is None:
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail("CI needs schemathesis: pip install -r requirements-dev.txt", pytrace=False)
    pytest.skip("needs schemathesis: pip install -r requirements-dev.txt", allow_module_level=True)

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("default")]
QUIET = settings(
    max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
DOORS = [
    ("/opendsr/requests", "POST"),
    ("/opendsr/requests/{subject_request_id}", "GET"),
    ("/opendsr/requests/{subject_request_id}", "DELETE"),
    ("/opendsr/results/{pk}", "GET"),
]
MODES = [(*door, mode) for door in DOORS for mode in schemathesis.GenerationMode]
MODES += [("/opendsr/discovery", "GET", schemathesis.GenerationMode.POSITIVE)]  # nothing of it can be wrong


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """The transaction of the test goes on from one request to the next."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connection")
@pytest.mark.parametrize(("path", "method", "mode"), MODES)
def test_every_answer_is_one_that_the_schema_names(path: str, method: str, mode: Any, acme: Customer) -> None:
    door = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())[path][method]

    @QUIET
    @given(case=door.as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.call_and_validate(
            headers={"Authorization": f"Bearer {acme.key}"},
            excluded_checks=[positive_data_acceptance],  # which value fits which kind and hash no schema says
        )

    holds()


def test_what_each_door_asks_of_the_database(
    acme: Customer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = Client(headers={"Authorization": f"Bearer {acme.key}"})
    sent = [request_body() for _ in range(3)]
    for body in sent[:2]:  # what is there already adds nothing
        client.post("/opendsr/requests", json.dumps(body), content_type="application/json")
    with django_assert_max_num_queries(0):
        assert client.get("/opendsr/discovery").status_code == 200
    with django_assert_max_num_queries(27):
        answer = client.post("/opendsr/requests", json.dumps(sent[2]), content_type="application/json")
        assert answer.status_code == 201
    here = f"/opendsr/requests/{sent[2]['subject_request_id']}"
    with django_assert_max_num_queries(4):
        assert client.get(here).status_code == 200
    with django_assert_max_num_queries(4):
        assert client.get(f"/opendsr/requests/{uuid.uuid4()}").status_code == 404
    with django_assert_max_num_queries(14):
        assert client.delete(here).status_code == 202
