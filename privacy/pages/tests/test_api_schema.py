"""The schema knows every door for systems, and the decision API keeps what it says under any input."""

from typing import Any

import pytest
from django.test import Client

from privacy.kernel.openapi import every_told, told
from privacy.pages.api_schema import document, endpoints, scope_of

pytestmark = pytest.mark.django_db
SAMPLE = {"<uuid:pk>": "00000000-0000-0000-0000-000000000000", "<slug:code>": "x"}
DOORS = sorted((route, name) for route, name, _ in endpoints())


def test_the_schema_is_open_to_everybody_and_whole() -> None:
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200 and answer.json()["openapi"] == "3.1.0"
    every = [one for path in answer.json()["paths"].values() for one in path.values()]
    assert len(every) == sum(len(every_told(name)) for _, name in DOORS)
    assert len({one["operationId"] for one in every}) == len(every)
    assert all(one["summary"] for one in every)


@pytest.mark.parametrize(("route", "name"), DOORS)
def test_every_door_takes_the_method_that_the_schema_names_and_asks_for_its_key(route: str, name: str) -> None:
    for mark, value in SAMPLE.items():
        route = route.replace(mark, value)
    answer = Client().generic(told(name).method.upper(), f"/{route}", "{}", content_type="application/json")
    views = {known: view for _, known, view in endpoints()}
    is_open = not scope_of(views[name]) and name != "decisions"
    assert answer.status_code == 401 or (is_open and answer.status_code != 405), answer.status_code


def test_the_decision_api_is_told_in_full() -> None:
    decisions: dict[str, Any] = document()["paths"]["/api/v1/decisions"]["post"]
    assert set(decisions["responses"]) >= {"200", "400", "401", "405", "503"}
    assert decisions["security"]
