"""Partners get totals above a threshold, never rows."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLResolver, get_resolver
from pytest_django.fixtures import Settings

from accounts.api_keys import make_api_key
from accounts.models import Identifier
from privacy.audit.models import AuditEvent
from privacy.intake.models import CollectedValue
from privacy.intake.tests.conftest import Post, collection
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.personal_data.models import SubjectAlias
from privacy.personal_data.restricting import restrict_subject
from privacy.policy.board import controls_of

pytestmark = pytest.mark.django_db
PATH = "/api/v1/totals"


class Ask:
    """A partner with a key for totals."""

    def __init__(self) -> None:
        key = make_api_key(label="partner", scopes="totals", actor=OPERATOR, now=clock.now())
        self.headers = {"Authorization": f"Bearer {key}"}

    def __call__(self, of: str, status: int = 200) -> Any:
        cache.clear()  # an hour later
        answer = Client().get(PATH, {"of": of}, headers=self.headers)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def ask(db: None) -> Ask:
    return Ask()


def told(post: Post, numbers: range, value: str, name: str = "industry") -> None:
    for number in numbers:
        values = [{"name": name, "category": "identification", "value": value}]
        post("/api/v1/collections", collection(subject={"email": f"person{number}@example.com"}, values=values))


def cells(answer: Any) -> dict[str, int]:
    return {cell["value"]: cell["people"] for cell in answer["cells"]}


@pytest.mark.promise(43)
def test_a_cell_under_the_threshold_is_left_out_and_the_rest_is_rounded_down(post: Post, ask: Ask) -> None:
    told(post, range(13), "Retail")
    told(post, range(20, 29), "Aviation")  # nine
    answer = ask("industry")
    assert cells(answer) == {"retail": 10} and answer["least"] == 10
    assert answer.keys() == {"of", "least", "cells"}  # no sum that tells what was left out
    told(post, range(29, 30), " AVIATION ")
    assert cells(ask("industry")) == {"retail": 10, "aviation": 10}
    event = AuditEvent.objects.filter(type="intake.totals_read").latest("id")
    assert '"industry"' in str(event.payload) and controls_of(43)[0].answer().state == "green"


def test_the_threshold_can_be_raised_and_never_below_five(post: Post, ask: Ask, settings: Settings) -> None:
    told(post, range(6), "Retail")
    told(post, range(10, 14), "Aviation")
    settings.KEPT_SMALLEST_CELL = 1
    assert cells(ask("industry")) == {"retail": 5} and ask("industry")["least"] == 5
    settings.KEPT_SMALLEST_CELL = 7
    assert cells(ask("industry")) == {}


def test_each_person_counts_once_by_what_was_told_last(post: Post, ask: Ask) -> None:
    told(post, range(10), "Retail")
    told(post, range(10), "Farming")
    assert cells(ask("industry")) == {"farming": 10}


def test_whose_data_may_only_be_stored_and_who_was_merged_do_not_count(post: Post, ask: Ask) -> None:
    told(post, range(11), "Retail")
    first, second, *_ = Identifier.objects.order_by("pk").values_list("subject_id", flat=True)
    restrict_subject(subject_id=first, ground="disputed", actor=OPERATOR, now=clock.now())
    assert cells(ask("industry")) == {"retail": 10}
    third = CollectedValue.objects.exclude(collection__subject_id__in=[first, second]).first()
    assert third
    SubjectAlias.objects.create(subject_id=second, canonical_id=third.collection.subject_id)
    assert cells(ask("industry")) == {}  # nine people are left


@pytest.mark.parametrize("of", ["email", "", "name", "industry,role", "x" * 5000])
def test_what_is_no_total_is_refused_by_its_field(ask: Ask, of: str) -> None:
    assert ask(of, status=400)["field"] == "of"


def test_free_text_is_no_category(post: Post, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privacy.intake.totals.MOST_VALUES", 3)
    for number in range(5):
        told(post, range(number, number + 1), f"My job is number {number}", name="job_title")
    assert ask("job_title", status=400)["code"] == "no_category"


@pytest.mark.promise(43)
def test_no_door_gives_a_partner_rows(post: Post, ask: Ask) -> None:
    """With this key every other door of the API is shut, whatever stands there; and without its scope this one is."""
    open_to_all = {"schema/", "testimonials", "customers"}  # what is public shows what was granted
    doors = {path for path in paths(get_resolver()) if path.startswith("api/v1/") and "<" not in path}
    doors -= {f"api/v1/{name}" for name in open_to_all}
    told(post, range(10), "Retail")
    statuses = {path: Client().get(f"/{path}", {"of": "industry"}, headers=ask.headers).status_code for path in doors}
    assert statuses.pop("api/v1/totals") == 200 and len(statuses) > 10
    assert set(statuses.values()) <= {401, 403, 404, 405}, statuses
    key = make_api_key(label="other", scopes="collect", actor=OPERATOR, now=clock.now())
    assert Client().get(PATH, {"of": "industry"}, headers={"Authorization": f"Bearer {key}"}).status_code == 401


def paths(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every door of the product, as it stands in the address."""
    for each in resolver.url_patterns:
        here = f"{before}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from paths(each, here)
        else:
            yield here
