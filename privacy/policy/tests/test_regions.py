"""Off everywhere, unless a dated rule of the region says otherwise; the most protective rule wins."""

import datetime as dt

import pytest

from privacy.policy.asking_entries import RegionEntry
from privacy.policy.loading import BadPolicyFile, parse_policy
from privacy.policy.regions import ask_again_on, complaint_ways, default_state, demanded_signals
from privacy.policy.tests.files import DEMO, edited

DAY = dt.date(2026, 5, 1)
PURPOSE = "site_measurement"


def rule(code: str, from_on: str = "2020-01-01", until_on: str = "", **more: object) -> RegionEntry:
    values = {"label": code, "law": "an act", "from_on": dt.date.fromisoformat(from_on), **more}
    return RegionEntry(code=code, until_on=dt.date.fromisoformat(until_on) if until_on else None, **values)  # type: ignore[arg-type]  # values of any field


ON = (PURPOSE,)
US, CALIFORNIA = rule("US", on_by_default=ON), rule("US-CA", on_by_default=ON)


@pytest.mark.promise(19)
@pytest.mark.parametrize(
    ("rules", "region", "is_on"),
    [
        ([], "US", False),  # no rule: off
        ([US], "", False),  # nobody knows where: off
        ([US], "GB", False),
        ([US], "US", True),
        ([US], "US-CA", True),  # a part of it
        ([US, rule("US-CA")], "US-CA", False),  # the narrower law leaves it out
        ([rule("US"), CALIFORNIA], "US-CA", False),  # and so does the wider one
        ([US, CALIFORNIA], "US-CA", True),
        ([rule("EEA", covers=("DE", "FR"), on_by_default=ON)], "DE", True),
        ([rule("EEA", covers=("DE", "FR"), on_by_default=ON)], "CH", False),
        ([rule("US", "2026-05-02", on_by_default=ON)], "US", False),  # tomorrow
        ([rule("US", "2026-05-01", on_by_default=ON)], "US", True),
        ([rule("US", until_on="2026-04-30", on_by_default=ON)], "US", False),  # until yesterday
        ([rule("US", until_on="2026-05-01", on_by_default=ON)], "US", True),
    ],
)
def test_a_default_follows_the_rules_in_force(rules: list[RegionEntry], region: str, is_on: bool) -> None:
    assert default_state(rules, PURPOSE, region, DAY).is_on is is_on
    assert not default_state(rules, "newsletter", region, DAY).is_on


def test_under_two_regimes_both_must_say_on() -> None:
    rules = [US, rule("EEA", covers=("DE",))]
    assert not default_state(rules, PURPOSE, ["DE", "US"], DAY).is_on
    both = default_state(rules, PURPOSE, ["US", "DE"], DAY)
    assert not both.is_on and both.because == ("US", "EEA") and not default_state(rules, PURPOSE, [], DAY).is_on


@pytest.mark.promise(19)
def test_the_demo_has_everything_off_in_every_region() -> None:
    document = parse_policy(DEMO)
    regions = {each for rule in document.regions for each in (rule.code, *rule.covers)}
    assert {"EEA", "GB", "CH", "BR", "US-CA", "IN", "NO"} <= regions
    for purpose in document.purposes:
        assert not any(default_state(document.regions, purpose.code, each, DAY).is_on for each in regions)
    assert demanded_signals(document.regions, "US-CA", DAY) == {"gpc"} and not demanded_signals(
        document.regions, "DE", DAY
    )
    assert "Data Protection Board of India" in complaint_ways(document.regions, "IN", DAY)[0]


def test_the_longest_time_before_asking_again_counts() -> None:
    rules = parse_policy(DEMO).regions
    refused = dt.date(2026, 8, 31)
    assert ask_again_on(rules, [], refused) == dt.date(2027, 2, 28)  # six months, everywhere
    assert ask_again_on(rules, ["DE"], refused) == dt.date(2027, 2, 28)
    assert ask_again_on(rules, ["US-CA"], refused) == ask_again_on(rules, ["DE", "US-CA"], refused)
    assert ask_again_on(rules, ["US-CA"], refused) == dt.date(2027, 8, 31)
    assert ask_again_on(rules, ["US-CA"], dt.date(2022, 8, 31)) == dt.date(2023, 2, 28)  # before the rule was


CALIFORNIAN = "from_on: 2023-01-01, ask_again_months: 12"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (CALIFORNIAN, "from_on: 2023-01-01, until_on: 2022-12-31", "regions.US-CA.until_on"),
        (CALIFORNIAN, "from_on: 2023-01-01, on_by_default: [nothing]", "regions.US-CA.on_by_default"),
        (CALIFORNIAN, "from_on: 2023-01-01, on_by_default: [payment]", "regions.US-CA.on_by_default"),
        (CALIFORNIAN, "from_on: 2023-01-01, ask_again_months: 3", "regions.US-CA.ask_again_months"),
        ("code: US-CA", "code: California", "regions.California.code"),
        ("code: GB, label: United Kingdom", "code: CH, label: Two at once", "regions.CH.from_on"),
        ("language: en\n  minimum_age", "language: en\n  reaffirm: [nothing]\n  minimum_age", "policy.reaffirm"),
    ],
)
def test_a_bad_rule_is_refused_with_its_field(old: str, new: str, field: str) -> None:
    with pytest.raises(BadPolicyFile) as caught:
        parse_policy(edited((old, new)))
    assert [problem.field for problem in caught.value.problems] == [field]
