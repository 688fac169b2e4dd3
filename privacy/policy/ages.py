"""From which age a person may say yes for themself: dated data by country, and the policy's own minimum."""

import datetime as dt
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from privacy.policy.selectors import current_version, has_policy, today

OLDEST = 21
CODE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class AgeRule:
    """In this country, from this day on, until a newer row of the same country."""

    country: str
    age: int
    since: dt.date
    source: str


class BadAgesFile(ValueError):
    """The table cannot be used; the text names the row and the mend."""


def minimum_age(country: str, on: dt.date | None = None) -> int:
    """The age from which we take data of somebody who lives in `country` (ISO code; empty: not known).

    The higher of the policy's minimum and the country's own, as it stands on the day (today where none is given).
    """
    day = on or today()
    own = current_version(day).minimum_age if has_policy() else 0
    return max(own, age_in(country, day))


def age_in(country: str, on: dt.date) -> int:
    """The country's own age on a day; 0 where the table has none."""
    rows = [row for row in age_rules() if row.country == country.upper() and row.since <= on]
    return max(rows, key=lambda row: row.since).age if rows else 0


def age_on(born_on: dt.date, on: dt.date) -> int:
    """Full years of life. Who was born on 29 February has the birthday of a common year on 1 March."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def age_rules() -> tuple[AgeRule, ...]:
    """Every row of the table in use."""
    return _read(settings.KEPT_AGES)


@functools.lru_cache(maxsize=4)
def _read(path: Path) -> tuple[AgeRule, ...]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        groups = list(content["ages"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadAgesFile(f"The table of ages cannot be read ({type(error).__name__}): see KEPT_AGES.") from None
    return tuple(rule for number, group in enumerate(groups, 1) for rule in _rules(group, number))


def _rules(group: Any, number: int) -> list[AgeRule]:
    group = group if isinstance(group, dict) else {}
    age, since, countries = (group.get(name) for name in ("age", "since", "countries"))
    if type(age) is not int or not 0 < age <= OLDEST or type(since) is not dt.date or not countries:
        raise BadAgesFile(f"Row {number} of the table of ages needs age (1 to {OLDEST}), since (a date) and countries.")
    if wrong := [one for one in countries if not (isinstance(one, str) and CODE.fullmatch(one))]:
        raise BadAgesFile(f"Row {number} of the table of ages: {wrong[0]!r} is no country code. Quote NO.")
    return [AgeRule(one, age, since, str(group.get("source", ""))) for one in countries]
