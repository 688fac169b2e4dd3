"""What the law of a region says on a day: pure, over the dated rules of the policy.

Tracking and promotions are off everywhere. A purpose is on before anybody chose only where a rule in
force for the region names it, and no other rule that applies there leaves it out: the most protective
of several rules wins, for the months before asking again too.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from privacy.kernel.deadlines.counting import add_months
from privacy.policy.asking_entries import RegionEntry
from privacy.policy.board import is_on

LEAST_MONTHS = 6  # before anybody is asked again, where no rule demands more
EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class DefaultState:
    """How a purpose stands for a person who has not chosen, and the rules that say so (codes)."""

    is_on: bool
    because: tuple[str, ...]


def default_state(rules: Iterable[RegionEntry], purpose: str, region: str | Sequence[str], on: dt.date) -> DefaultState:
    """The state of a purpose before any choice. `region` may be several: then it is on only if on in each."""
    asked = [region] if isinstance(region, str) else list(region)
    rules = list(rules)
    found: list[str] = []
    state = bool(asked)
    for each in asked:
        applying = rules_for(rules, each, on)
        found += [rule.code for rule in applying]
        state = state and bool(applying) and all(purpose in rule.on_by_default for rule in applying)
    if not is_on("policy.regional_defaults"):
        state = True
    return DefaultState(state, tuple(dict.fromkeys(found)) or (EVERYWHERE,))


def rules_for(rules: Iterable[RegionEntry], region: str, on: dt.date) -> list[RegionEntry]:
    """The rules in force for a region on a day: its own, those of what it is part of (US-CA: US; DE: EEA)."""
    parts = {region, region.partition("-")[0]} if region else set()
    return [
        rule
        for rule in rules
        if (rule.code in parts or parts & set(rule.covers))
        and rule.from_on <= on
        and (rule.until_on is None or on <= rule.until_on)
    ]


def ask_again_on(rules: Iterable[RegionEntry], regions: Iterable[str], refused_on: dt.date) -> dt.date:
    """The first day on which somebody who refused may be asked again: the longest of all rules counts."""
    rules = list(rules)
    months = [LEAST_MONTHS]
    for region in regions:
        months += [rule.ask_again_months or 0 for rule in rules_for(rules, region, refused_on)]
    return add_months(refused_on, max(months))


def demanded_signals(rules: Iterable[RegionEntry], region: str, on: dt.date) -> frozenset[str]:
    """The browser signals that the law of the region demands to be honored."""
    return frozenset(code for rule in rules_for(rules, region, on) for code in rule.signals)


def complaint_ways(rules: Iterable[RegionEntry], region: str, on: dt.date) -> list[str]:
    """Where a person of the region can complain, in the words of the policy."""
    return [rule.complaint for rule in rules_for(rules, region, on) if rule.complaint]
