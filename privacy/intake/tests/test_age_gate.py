"""Too young: refused, counted, and nothing about the child is kept (COPPA, Article 8 GDPR, DPDP; promise S93)."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client

from privacy.intake.age_gate.services import is_old_enough, is_proof, make_proof
from privacy.intake.models import TooYoungCount
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput
from privacy.policy.ages import BadAgesFile, age_on, minimum_age
from privacy.policy.selectors import site
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
NOW = clock.now()


def born(years: int, country: str = "US", **more: str) -> dict[str, str]:
    """The answer of somebody who has been this old since yesterday."""
    day = clock.local_date(NOW, "Asia/Kolkata") - dt.timedelta(days=1)
    day = day.replace(year=day.year - years, day=min(day.day, 28))
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year), "country": country, **more}


def rows() -> dict[str, int]:
    """How many rows each table holds, but for sessions and the counter itself."""
    models = [model for model in apps.get_models() if model not in (Session, TooYoungCount)]
    return {model._meta.label: model._default_manager.count() for model in models}


@pytest.mark.promise(93)
def test_below_the_age_nothing_is_kept_but_a_count_and_a_mark_in_the_session(demo_policy: Any, client: Client) -> None:
    before = rows()
    answer = client.post("/age/", born(12))
    assert "We cannot go on" in answer.text
    assert rows() == before
    assert [(row.country, row.count) for row in TooYoungCount.objects.all()] == [("US", 1)]
    [session] = Session.objects.all()
    assert set(session.get_decoded()) == {"age_gate", "_session_expiry"}
    assert session.expire_date <= clock.now() + dt.timedelta(days=1)


@pytest.mark.promise(93)
def test_another_age_in_the_same_session_is_refused(demo_policy: Any, client: Client) -> None:
    client.post("/age/", born(12))
    for again in (client.post("/age/", born(40)), client.get("/age/")):
        assert "We cannot go on" in again.text and "<form" not in again.text.partition("<main")[2]
    assert TooYoungCount.objects.get().count == 1
    assert "Thank you" in Client().post("/age/", born(40)).text


def test_a_signed_in_session_does_not_end_sooner_by_the_mark(demo_policy: Any, alice: Any) -> None:
    client = signed_in(alice)
    client.post("/age/", born(3))
    assert "_session_expiry" not in client.session


def test_the_question_is_neutral(demo_policy: Any, client: Client) -> None:
    answer = client.get("/age/")
    page = answer.text.partition("<main")[2]
    shown = page.partition("<form")[0] + page.partition("<fieldset")[2].partition("<select")[0]
    for hint in ("13", "14", "16", "18", "old enough", "under", "parent", "at least", "cookie", "consent"):
        assert hint not in shown
    assert 'value="' not in page.partition("<fieldset")[2].partition("</fieldset")[0]
    assert page.count(" selected") <= 1 and '<option value="" selected>' in page
    assert set(answer.cookies) <= {"csrf"}


@pytest.mark.parametrize(
    ("country", "on", "age"),
    [
        ("US", "2026-01-01", 13),
        ("BE", "2026-01-01", 13),
        ("AT", "2026-01-01", 14),
        ("FR", "2026-01-01", 15),
        ("DE", "2026-01-01", 16),
        ("DK", "2023-12-31", 13),
        ("DK", "2024-01-01", 15),
        ("IN", "2025-11-13", 13),
        ("IN", "2025-11-14", 18),
        ("in", "2026-01-01", 18),
        ("", "2026-01-01", 13),
        ("BR", "2026-01-01", 13),
    ],
)
def test_ages_are_dated_data_and_the_policy_has_its_own_least(
    demo_policy: Any, country: str, on: str, age: int
) -> None:
    assert minimum_age(country, dt.date.fromisoformat(on)) == age


def test_a_table_of_ones_own_counts_and_a_broken_one_says_where(
    demo_policy: Any, settings: Any, tmp_path: Path
) -> None:
    settings.KEPT_AGES = tmp_path / "ages.yaml"
    settings.KEPT_AGES.write_text("ages:\n  - {age: 17, since: 2020-01-01, countries: [DE]}\n")
    assert minimum_age("DE") == 17 and minimum_age("FR") == 13
    for number, text in enumerate(
        ("ages:\n  - {age: 17, countries: [DE]}", "ages: 3", "ages:\n  - {age: 9, since: 2020-01-01, countries: [NO]}")
    ):
        settings.KEPT_AGES = tmp_path / f"{number}.yaml"
        settings.KEPT_AGES.write_text(text)
        with pytest.raises(BadAgesFile):
            minimum_age("DE")


def test_the_birthday_counts_where_the_controller_is(demo_policy: Any) -> None:
    evening = dt.datetime(2026, 5, 9, 20, 0, tzinfo=dt.UTC)  # the 10th in Kolkata
    assert is_old_enough(born_on=dt.date(2013, 5, 10), country="US", now=evening)
    assert not is_old_enough(born_on=dt.date(2013, 5, 11), country="US", now=evening)
    assert age_on(dt.date(2012, 2, 29), dt.date(2025, 2, 28)) == 12
    assert age_on(dt.date(2012, 2, 29), dt.date(2025, 3, 1)) == 13


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"day": "31", "month": "2", "year": "2000", "country": "DE"},
        {"day": "1", "month": "1", "year": "9999", "country": "DE"},
        {"day": "1", "month": "1", "year": "1800", "country": "DE"},
        {"day": "x", "month": "1", "year": "2000", "country": "DE"},
        {"day": "1", "month": "1", "year": "2000", "country": "<b>"},
        {"day": "1\x00", "month": "1", "year": "2000", "country": "DE"},
    ],
)
def test_what_is_no_day_of_birth_is_asked_again_and_not_counted(
    demo_policy: Any, client: Client, answer: dict[str, str]
) -> None:
    assert client.post("/age/", answer).status_code == 400
    assert not TooYoungCount.objects.exists()


def test_the_way_back_leads_to_the_site_of_the_policy_only(demo_policy: Any, client: Client) -> None:
    key = site("blogs").public_key
    good = client.post(f"/age/?site={key}&next=/trial/", born(40)).text
    assert 'href="https://blogs.vtiger.com/trial/?age_proof=' in good
    for bad in ("//evil.example", "https://evil.example", "/\\evil.example", "\nx"):
        page = client.post(f"/age/?site={key}&next={bad}", born(40)).text
        assert 'href="https://blogs.vtiger.com/?age_proof=' in page and "evil" not in page.partition("<main")[2]
    assert "Go on to the site" not in client.post("/age/?site=site_x&next=/", born(40)).text


def test_the_proof_of_an_age_lasts_an_hour(demo_policy: Any) -> None:
    proof = make_proof(NOW)
    assert is_proof(proof, NOW) and is_proof(proof, NOW + dt.timedelta(minutes=59))
    assert not is_proof(proof, NOW + dt.timedelta(minutes=61)) and not is_proof(proof, NOW - dt.timedelta(hours=1))
    assert not is_proof("forged", NOW) and not is_proof("", NOW)


def test_a_service_that_asks_names_the_field(demo_policy: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        is_old_enough(born_on=dt.date(2999, 1, 1), country="DE", now=NOW)
    assert error.value.field == "born_on"
    with pytest.raises(InvalidInput) as error:
        is_old_enough(born_on=dt.date(2000, 1, 1), country="Germany", now=NOW)
    assert error.value.field == "country"
