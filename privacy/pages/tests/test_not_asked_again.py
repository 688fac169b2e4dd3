"""Who opted out by a request in California is asked again by nobody for twelve months (11 CCR 7026(k))."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from django.test import Client

from accounts.api_keys import make_api_key
from accounts.models import User
from consent.asking import MayAsk, may_ask
from consent.models import ConsentEvent
from consent.terms import forget_terms
from consent.tests.conftest import choose
from dsr.models import Clock, SubjectRequest
from dsr.services.intake import file_from_account, open_subject_request
from dsr.states import Right
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, OPERATOR, Actor
from privacy.policy import asking_bars, uses

pytestmark = pytest.mark.django_db
CAME = dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC)
TWELVE = dt.date(2027, 6, 15)


@pytest.fixture(autouse=True)
def policy(demo_policy: object) -> Iterator[None]:
    """The demo policy is in force."""
    forget_terms()
    yield
    forget_terms()


def opt_out(user: User, region: str, right: str = Right.SALE_OPT_OUT) -> SubjectRequest:
    actor = Actor.subject(user.subject_id, via="account")
    return file_from_account(user=user, rights=[right], message="Stop.", region=region, actor=actor, now=CAME)


def sold() -> str:
    """A use that a law may call a sale, and that people are asked for."""
    return next(row.code for row in uses.sold_uses() if row.switch == "consent")


def asked(user: User, on: dt.date, region: str = "", purpose: str = "") -> MayAsk:
    now = dt.datetime.combine(on, dt.time(12), dt.UTC)
    return may_ask([user.subject_id], purpose or sold(), region, now=now)


@pytest.mark.parametrize("right", [Right.SALE_OPT_OUT, Right.LIMIT_SENSITIVE])
def test_twelve_months_from_receipt_and_not_a_day_before(alice: User, right: str) -> None:
    rows = uses.sold_uses() if right == Right.SALE_OPT_OUT else uses.sensitive_uses()
    purpose = next((row.code for row in rows if row.switch == "consent"), "")
    if not purpose:
        pytest.skip("the demo policy asks for no such use")
    case = opt_out(alice, "US-CA", right)
    last = Clock.objects.filter(item__subject_request=case, kind="reask_not_before").latest("number")
    assert last.due_on == TWELVE
    barred = asked(alice, TWELVE - dt.timedelta(days=1), purpose=purpose)
    assert not barred.allowed and barred.reason.endswith("_recently") and barred.next_on == TWELVE
    assert asked(alice, TWELVE, purpose=purpose).allowed


def test_the_law_counts_where_the_policy_names_no_months_for_it(alice: User) -> None:
    """The day is that of the clock, not of the policy's list of regions."""
    case = opt_out(alice, "US-CA")
    Clock.objects.filter(item__subject_request=case, kind="reask_not_before").update(due_on=dt.date(2028, 1, 10))
    assert asked(alice, dt.date(2028, 1, 9)).next_on == dt.date(2028, 1, 10)
    assert asked(alice, dt.date(2028, 1, 10)).allowed
    assert ConsentEvent.objects.filter(source_kind="subject_request", source_id=str(case.pk), region="US-CA").exists()


def test_elsewhere_the_six_months_of_everybody_count(alice: User) -> None:
    opt_out(alice, "")
    six = dt.date(2026, 12, 15)
    assert not asked(alice, six - dt.timedelta(days=1)).allowed
    assert asked(alice, six).allowed


def test_a_request_beside_a_no_that_stands_lengthens_the_peace(alice: User) -> None:
    choose(alice, sold(), allow=False, now=CAME - dt.timedelta(days=150))
    assert asked(alice, dt.date(2026, 7, 20)).allowed
    opt_out(alice, "US-CA")
    assert not asked(alice, TWELVE - dt.timedelta(days=1)).allowed
    events = ConsentEvent.objects.filter(purpose=sold()).count()
    assert events == 2


def test_who_opted_out_without_a_login_is_left_alone_too(alice: User) -> None:
    case = open_subject_request(
        rights=[Right.SALE_OPT_OUT], email=alice.email, region="US-CA", actor=ANONYMOUS, now=CAME
    )
    assert case.subject_id is None
    assert not asked(alice, TWELVE - dt.timedelta(days=1)).allowed


def test_partner_systems_are_told_the_same(alice: User) -> None:
    opt_out(alice, "US-CA")
    Clock.objects.filter(kind="reask_not_before").update(due_on=clock.now().date() + dt.timedelta(days=900))
    key = make_api_key(label="shop", scopes="decisions", actor=OPERATOR, now=clock.now())
    answer = Client().post(
        "/api/v1/may-ask",
        json.dumps({"subject": {"email": alice.email}, "purposes": [sold()]}),
        content_type="application/json",
        headers={"authorization": f"Bearer {key}"},
    )
    (found,) = answer.json()["answers"]
    assert not found["may_ask"] and found["next_on"] == (clock.now().date() + dt.timedelta(days=900)).isoformat()


def test_their_own_yes_ends_it(alice: User) -> None:
    opt_out(alice, "US-CA")
    choose(alice, sold(), allow=True, now=CAME + dt.timedelta(days=3))
    assert asked(alice, dt.date(2026, 7, 1)).reason == "given"


def test_a_source_that_is_no_request_bars_nothing() -> None:
    assert asking_bars.first_days("mail", {"x"}) == {}
    assert asking_bars.first_days(asking_bars.SUBJECT_REQUEST, {"not-a-number"}) == {}
