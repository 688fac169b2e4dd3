"""Which laws a case is counted by: that of the installation, and that of where the person lives. Pure."""

import datetime as dt
from dataclasses import dataclass

from dsr.regions import REGIONS
from privacy.kernel.deadlines.calendars import NONE
from privacy.kernel.deadlines.profiles import PROFILES


@dataclass(frozen=True, slots=True)
class Law:
    """A profile, and the calendar that moves its days."""

    profile: str
    calendar: str


def law_of_region(region: str, received_on: dt.date) -> Law | None:
    """The law where a person lives, for a request of that day; None where nothing is said or known."""
    found = REGIONS.get(region)
    profile = found.law_on(received_on) if found else ""
    return Law(profile, found.calendar) if found and profile in PROFILES else None


def laws_of(*, home: Law, regime: str, region: str) -> tuple[Law, ...]:
    """Every law that a case is counted by, the installation's own first.

    `regime` is the law frozen in the case: the table may know another one for its region by now.
    """
    found = REGIONS.get(region)
    if not regime:
        return (home,)
    elsewhere = home.calendar if regime == home.profile else NONE
    other = Law(regime, found.calendar if found and found.profile == regime else elsewhere)
    return (home,) if other == home else (home, other)
