"""The law of a case: that of the installation and that of where the person lives; the earlier day counts."""

import datetime as dt
import json
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.laws import Law, law_of_region, laws_of
from dsr.models import CaseNote, Clock, HistoryRow, SubjectRequest
from dsr.regions import REGIONS, profiles_without_a_region
from dsr.services.choosing_law import change_law
from dsr.services.clocks import clocks_in_force, every_clock_in_force, note_clock_event, recompute_clocks
from dsr.services.counting import count_right
from dsr.services.extending import extend_deadline
from dsr.services.intake import open_subject_request
from dsr.states import Right, State
from dsr.tests.doors import file
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.deadlines.calendars import NONE, known_calendars
from privacy.kernel.deadlines.profiles import PROFILES
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
JULY = dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC)
WHY = "The invoice address of the account is in Montréal."


@pytest.fixture(autouse=True)
def german(settings: Settings) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "EU-GDPR", "DE", "Europe/Berlin"


def opened(region: str, *rights: str, at: dt.datetime = JULY) -> SubjectRequest:
    return open_subject_request(
        rights=rights or ["access"], email="carol@example.com", region=region, actor=ANONYMOUS, now=at
    )


def test_every_region_leads_to_a_law_and_a_calendar_that_are_there() -> None:
    for region in REGIONS.values():
        assert region.profile in {*PROFILES, ""} and region.calendar in {*known_calendars(), NONE}, region.code
        assert len(region.code) <= 8
    assert profiles_without_a_region() == {"PROMISE", "US-CA-DROP"}
    assert sum(region.profile.startswith("EU") for region in REGIONS.values()) == 30
    assert [code for code in REGIONS if REGIONS[code].profile.startswith("UK")] == [
        *("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR", "GB")
    ]


@pytest.mark.parametrize(
    ("region", "day", "law"),
    [
        ("DE", dt.date(2026, 7, 1), Law("EU-GDPR", "DE")),
        ("GB-SCT", dt.date(2026, 7, 1), Law("UK-GDPR", "GB-SCT")),
        ("CA-QC", dt.date(2026, 7, 1), Law("CA-QC-LAW25", NONE)),
        ("CA-ON", dt.date(2026, 7, 1), Law("CA-PIPEDA", "CA-FED")),
        ("US-CA", dt.date(2026, 7, 1), Law("US-CA-CCPA", "US-FED")),
        ("US-RI", dt.date(2025, 12, 31), None),  # its act begins on the next day
        ("US-RI", dt.date(2026, 1, 1), Law("US-RI", NONE)),
        ("IN", dt.date(2027, 5, 12), None),
        ("IN", dt.date(2027, 5, 13), Law("IN-DPDP", NONE)),
        ("US-NY", dt.date(2026, 7, 1), None),
        ("ZZ", dt.date(2026, 7, 1), None),
        ("", dt.date(2026, 7, 1), None),
    ],
)
def test_a_law_answers_from_its_day_on(region: str, day: dt.date, law: Law | None) -> None:
    assert law_of_region(region, day) == law


def test_a_place_without_a_law_leaves_the_own_one_alone() -> None:
    home = Law("EU-GDPR", "DE")
    assert laws_of(home=home, regime="EU-GDPR", region="US-NY") == (home,)
    assert laws_of(home=home, regime="", region="") == (home,)
    assert laws_of(home=home, regime="EU-GDPR", region="FR") == (home, Law("EU-GDPR", "FR"))


@pytest.mark.promise(80)
def test_the_law_where_the_person_lives_can_only_bring_the_day_forward() -> None:
    brazil = opened("BR")
    (clock,) = clocks_in_force(brazil)
    assert (clock.due_on, clock.profile) == (dt.date(2026, 7, 16), "BR-LGPD")
    assert "EU-GDPR (calendar DE) holds too and would end on Fri 31 Jul 2026; BR-LGPD" in clock.trace
    assert json.loads(clock.inputs)["also"] == [["EU-GDPR", "DE", "2026-07-31", "2026-07-31"]]
    iowa = opened("US-IA", "erasure")
    (clock,) = clocks_in_force(iowa)
    assert (clock.due_on, clock.profile) == (dt.date(2026, 7, 31), "EU-GDPR")
    assert (brazil.regime, brazil.home_regime, brazil.home_calendar) == ("BR-LGPD", "EU-GDPR", "DE")


class TestEveryPlace(TestCase):
    """Over all regions, rights and days: never later than either law alone, never later than the promise."""

    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from(sorted(REGIONS)),
        st.sampled_from(list(Right)),
        st.dates(dt.date(2024, 1, 1), dt.date(2030, 1, 1)),
        st.sampled_from([Law("EU-GDPR", "DE"), Law("UK-GDPR", "GB-ENG"), Law("CA-QC-LAW25", NONE), Law("US-IA", NONE)]),
    )
    def test_the_earlier_day_counts(self, region: str, right: Right, day: dt.date, home: Law) -> None:
        case = SubjectRequest(
            received_at=dt.datetime.combine(day, dt.time(10), dt.UTC),
            region=region,
            home_regime=home.profile,
            home_calendar=home.calendar,
            promise_days=30,
        )
        residence = law_of_region(region, day)
        case.regime = residence.profile if residence else home.profile
        both = count_right(case, right, (), {}).deadline
        case.region, case.regime = "", ""
        alone = count_right(case, right, (), {}).deadline
        assert day < both.safe_on <= both.due_on <= alone.due_on
        assert both.safe_on <= alone.safe_on
        assert both.due_on <= day + dt.timedelta(days=31)  # the local day may be the next one


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "identity_requested",
                "identity_confirmed",
                "clarification_requested",
                "clarification_received",
                "extended",
            ]
        ),
        st.integers(0, 40),
    ),
    max_size=5,
)


class TestEveryHistory(TestCase):
    """Whatever happened: counting twice adds nothing, and no day is later than law or promise let it be."""

    @settings(max_examples=25, deadline=None)
    @given(EVENTS, st.sampled_from(["", "BR", "CA-QC", "CH", "GB-ENG", "NZ", "US-CA", "US-FL"]))
    def test_a_second_recount_adds_nothing(self, happened: list[tuple[str, int]], region: str) -> None:
        case = opened(region, "access", "erasure")
        SubjectRequest.objects.filter(pk=case.pk).update(state=State.RECEIVED)
        case.refresh_from_db()
        for name, after in sorted(happened, key=lambda one: one[1]):
            note_clock_event(subject_request=case, name=name, actor=ANONYMOUS, now=JULY + dt.timedelta(days=after))
        count = Clock.objects.count()
        assert recompute_clocks(subject_request=case, actor=ANONYMOUS, now=JULY + dt.timedelta(days=50)) == []
        assert Clock.objects.count() == count
        for row in every_clock_in_force(case):
            assert JULY.date() < row.safe_on <= row.due_on <= (row.statute_on or row.due_on)
            assert row.promise_on is None or row.due_on <= row.promise_on
        SubjectRequest.objects.filter(pk=case.pk).update(state=State.WITHDRAWN)


def test_a_law_without_extension_stops_that_of_the_own_law(lena: User) -> None:
    case = opened("CA-QC")
    SubjectRequest.objects.update(state=State.RECEIVED)
    actor = Actor.staff(lena.pk)
    with pytest.raises(DomainError, match="knows no extension"):
        extend_deadline(subject_request=case, reason="number", words=WHY, actor=actor, now=JULY)


def test_law_and_promise_are_frozen_at_filing(settings: Settings) -> None:
    case = opened("")
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR = "US-IA", "NONE"
    assert recompute_clocks(subject_request=case, actor=ANONYMOUS, now=JULY) == []
    assert (case.regime, case.promise_days) == ("EU-GDPR", 30)


def test_legal_changes_the_law_with_a_reason_and_keeps_what_was_counted(lena: User) -> None:
    case = opened("BR")
    actor = Actor.staff(lena.pk)
    for field, region, reason in (("region", "XX", WHY), ("reason", "CA-QC", "so"), ("region", "BR", WHY)):
        with pytest.raises(InvalidInput) as caught:
            change_law(subject_request=case, region=region, reason=reason, actor=actor, now=JULY)
        assert caught.value.field == field
    (clock,) = change_law(subject_request=case, region="CA-QC", reason=WHY, actor=actor, now=JULY)
    assert (clock.number, clock.due_on) == (2, dt.date(2026, 7, 31))
    assert Clock.objects.get(number=1, kind="respond").due_on == dt.date(2026, 7, 16)
    assert HistoryRow.objects.get(kind="law_changed").detail == "BR BR-LGPD > CA-QC CA-QC-LAW25"
    assert CaseNote.objects.get(kind="staff").text == WHY
    SubjectRequest.objects.update(state=State.WITHDRAWN)
    with pytest.raises(DomainError, match="has ended"):
        change_law(subject_request=case, region="DE", reason=WHY, actor=actor, now=JULY)


def test_the_form_and_the_desk_ask_and_take_no_answer_too(client: Client, omar: User) -> None:
    page = client.get("/requests/new/").content.decode()
    assert "Where do you live?" in page and '<optgroup label="Canada">' in page and "Québec" in page
    assert file(client, "carol@example.com", "access", region="CA-QC").status_code == 302
    assert file(client, "dora@example.com", "access").status_code == 302
    assert file(client, "eve@example.com", "access", region="ATLANTIS").status_code == 400
    assert sorted(SubjectRequest.objects.values_list("regime", flat=True)) == ["CA-QC-LAW25", "EU-GDPR"]
    values = {"rights": ["erasure"], "channel": "phone", "received_on": "2026-07-01", "identity_level": "V0"}
    answer = signed_in(omar).post("/desk/", {**values, "email": "f@example.com", "region": "US-CA"}, follow=True)
    assert "Filed as" in answer.content.decode()
    assert SubjectRequest.objects.get(channel="phone").regime == "US-CA-CCPA"


def test_the_page_of_the_law(
    make_case: MakeCase, lena: User, omar: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    case = opened("BR")
    client, path = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}/law/"
    assert path in client.get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    with django_assert_max_num_queries(12):
        page = client.get(path).content.decode()
    assert "<strong>EU-GDPR</strong> (calendar DE)" in page and "said: Brazil" in page
    assert client.post(path, {"region": "CA-QC", "reason": "so"}).status_code == 200
    answer = client.post(path, {"region": "CA-QC", "reason": WHY}, follow=True)
    assert "Counted again by the law of that place." in answer.content.decode()
    assert signed_in(omar).post(path, {"region": "", "reason": WHY}).status_code in {302, 403}
    case.refresh_from_db()
    assert case.regime == "CA-QC-LAW25"
