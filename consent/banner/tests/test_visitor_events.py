"""What visitors do on the sites is kept of browsers that allowed it, and of nobody else (S7)."""

from typing import Any

import pytest
from django.test import Client

from consent.banner.tests.conftest import GPC, ORIGIN, Choose
from privacy.intake.models import VisitorEvent
from privacy.personal_data.models import Subject

pytestmark = pytest.mark.django_db


def report(client: Client, key: str, *, status: int = 204, headers: Any = ORIGIN, **more: str) -> Any:
    body = {"site": key, "purpose": "site_measurement", "kind": "page_view", "page": "/pricing?email=x@y.z", **more}
    answer = client.post("/banner/v1/event", body, headers=headers)
    assert answer.status_code == status, answer.content
    return answer


@pytest.mark.promise(7)
def test_without_a_yes_nothing_is_kept_and_the_answer_is_the_same(choose: Choose, client: Client, key: str) -> None:
    unknown = report(client, key)
    assert not VisitorEvent.objects.exists() and not Subject.objects.exists() and not unknown.cookies
    choose()
    refused = report(client, key)
    assert not VisitorEvent.objects.exists()
    choose("site_measurement")
    allowed = report(client, key)
    assert unknown.content == refused.content == allowed.content == b""
    assert dict(unknown.headers) == dict(refused.headers) == dict(allowed.headers)
    row = VisitorEvent.objects.get()
    assert (row.site, row.kind, row.page) == ("main", "page_view", "/pricing")  # the query may carry anything


@pytest.mark.promise(7)
def test_a_withdrawal_stops_it_at_once(choose: Choose, client: Client, key: str) -> None:
    choose("site_measurement")
    report(client, key)
    choose()
    report(client, key)
    assert VisitorEvent.objects.count() == 1


@pytest.mark.promise(7)
@pytest.mark.parametrize("how", ["header", "script"])
def test_a_signal_denies_it_in_the_very_request(choose: Choose, client: Client, key: str, how: str) -> None:
    choose("site_measurement")
    by_header = {"headers": {**ORIGIN, **GPC}}
    report(client, key, **(by_header if how == "header" else {"signals": "gpc"}))
    assert not VisitorEvent.objects.exists()


@pytest.mark.parametrize("purpose", ["newsletter", "transactional", "third_party_sharing", "x", ""])
def test_a_purpose_that_the_banner_does_not_ask_for_keeps_nothing(
    choose: Choose, client: Client, key: str, purpose: str
) -> None:
    choose("site_measurement", "newsletter", "third_party_sharing")
    report(client, key, purpose=purpose)
    assert not VisitorEvent.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "Page View"),
        ("kind", ""),
        ("kind", "x\x00"),
        ("page", "https://x.example/"),
        ("page", "/" + "x" * 300),
        ("page", "/\x00"),
    ],
)
def test_what_is_no_event_is_refused_by_its_field(
    choose: Choose, client: Client, key: str, field: str, value: str
) -> None:
    choose("site_measurement")
    assert report(client, key, status=400, **{field: value}).json()["field"] == field
    assert not VisitorEvent.objects.exists()


def test_a_page_of_somebody_else_reports_nothing(choose: Choose, client: Client, key: str) -> None:
    choose("site_measurement")
    report(client, key, status=403, headers={"Origin": "https://evil.example"})
    assert not VisitorEvent.objects.exists()
