"""A list asks the rules once for each way to stand: everybody gets the very answer that the rules give alone."""

import datetime as dt
import uuid
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from consent.alike import Ways, decide_alike
from consent.rules import DEVICE, Standing, Terms, decide
from consent.vocabulary import Door, Status
from privacy.policy.vocabulary import Basis

NOW = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
MOMENTS = some.sampled_from([NOW + dt.timedelta(days=days) for days in (-400, -1, 0, 1, 400)])
DAYS = some.sampled_from([dt.date(2018, 5, 15), dt.date(2026, 1, 1), None])
CHANNELS = some.sampled_from(["", "email", "sms", f"{DEVICE}1"])
TERMS = some.builds(
    Terms,
    code=some.sampled_from(["newsletter", "click_tracking"]),
    basis=some.sampled_from(Basis),
    message_class=some.sampled_from(["promotional", "transactional", "none"]),
    channels=some.just(("email", "sms")),
    categories=some.just(("contact",)),
    valid_days=some.none(),
    notice_version=some.just("2018-05-15"),
    policy_number=some.just(736829),
    stale_before=DAYS,
)
STANDINGS = some.builds(
    Standing,
    channel=CHANNELS,
    status=some.sampled_from([status.value for status in Status]),
    version=some.integers(1, 9),
    event_id=some.builds(uuid.UUID, int=some.integers(1, 99)),
    expires_at=MOMENTS | some.none(),
    subject_id=some.builds(uuid.UUID, int=some.integers(1, 99)),
    changed_at=MOMENTS,
    policy_on=DAYS,
    paused_until=MOMENTS | some.none(),
    pace=some.sampled_from(["", "monthly"]),
    door=some.sampled_from([door.value for door in Door]),
    given_at=MOMENTS | some.none(),
)
ASKED = some.fixed_dictionaries(
    {"channel": CHANNELS, "category": some.sampled_from(["", "contact", "billing"]), "is_restricted": some.booleans()}
)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(terms=TERMS, asked=ASKED, people=some.lists(STANDINGS, min_size=2, max_size=40))
def test_everybody_gets_the_answer_of_the_rules(terms: Terms, asked: dict[str, Any], people: list[Standing]) -> None:
    ways = Ways()
    for one in people:
        assert decide_alike(terms, one, **asked, now=NOW, ways=ways) == decide(terms, (one,), **asked, now=NOW)


def test_two_purposes_do_not_share_their_ways() -> None:
    one = Standing("", "given", 1, uuid.UUID(int=1), None, uuid.UUID(int=2), NOW, None)
    ways, given = Ways(), []
    for code, basis in (("newsletter", Basis.CONSENT), ("account_service", Basis.CONTRACT)):
        terms = Terms(code, basis, "none", ("email",), (), None, "2018-05-15")
        asked: dict[str, Any] = {"channel": "email", "category": "", "is_restricted": False, "now": NOW}
        given.append(decide_alike(terms, one, ways=ways, **asked).reason)
    assert given == ["given", "needed"]
