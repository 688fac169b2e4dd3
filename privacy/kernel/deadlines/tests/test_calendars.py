"""Our calendars beside those of the `holidays` package, with every known difference and its reason.

A day that only the package has makes a date earlier here, which is the safe side; a day that only ours has must be
listed with its law. Sundays are no working days anywhere, so they do not matter.
"""

import datetime as dt

import holidays
import pytest

from privacy.kernel.deadlines.calendars import SUNDAY, YEARS, holidays_of, is_holiday, known_calendars
from privacy.kernel.errors import InvalidInput

CHECKED = range(2022, 2030)
EASTER_MONDAYS = {"2022-04-18", "2023-04-10", "2024-04-01", "2025-04-21", "2026-04-06", "2027-03-29", "2028-04-17"}

# Days that only our calendars have.
OURS = {
    "CA-FED": {*EASTER_MONDAYS, "2029-04-02"},  # Interpretation Act, s.35, lists Easter Monday
    # Algemene termijnenwet, art. 3: 5 May every year, not in every fifth alone
    "NL": {f"{year}-05-05" for year in CHECKED if year != 2025 and dt.date(year, 5, 5).weekday() != SUNDAY},
}
# Names of days that only the package has: bank practice, a part of the country, or a decree of one year.
THEIRS = {
    "BG": {"observed", "Non-working day"},  # substitutes set by the Labor Code move work, not periods
    "CA-FED": {"observed", "Boxing Day"},  # the Interpretation Act moves Sundays only, and knows no Boxing Day
    "DE-BE": {"anniversary"},  # single years; an administrator adds them
    "DE-MV": {"Women's Day"},  # since 2023; an administrator adds it
    "FI": {"Midsummer Eve", "Christmas Eve"},  # days off by agreement, not by the law
    "GR": {"Labor Day"},  # moved out of Holy Week by decree
    "HU": {"Day off", "Christmas Eve"},  # days exchanged for Saturdays by decree of the year
    "IE": {"Day of Remembrance"},  # 2022 alone
    "IT": {"National Unity Day"},  # abolished as a holiday
    "LI": {"Candlemas", "Saint Joseph's Day"},  # not in every municipality
    "LV": {"Day off", "observed", "Bronze Medal", "Song and Dance"},  # decrees of one year
    "NL": {"Good Friday", "King's Day"},  # Good Friday is no day of the Algemene termijnenwet; 26 April 2025
    "SI": {"Solidarity Day"},  # 2023 alone
    "SK": {"Day of Victory", "Seven Sorrows"},  # working days again since 2025 and 2026
}


def of_package(code: str, year: int) -> holidays.HolidayBase:
    """The names in English: without a language the package takes one from the environment of the process."""
    if code.startswith(("DE-", "GB-")):
        country, _, part = code.partition("-")
        return holidays.country_holidays(country, subdiv=part, years=year, language="en_US")
    if code == "CA-FED":
        return holidays.country_holidays("CA", years=year, categories=("government",), language="en_US")
    return holidays.country_holidays(code.removesuffix("-FED"), years=year, language="en_US")


@pytest.mark.parametrize("code", [code for code in known_calendars() if code != "NZ-PA"])
def test_beside_the_package(code: str) -> None:
    ours: set[str] = set()
    unlisted, used = [], set()
    for year in CHECKED:
        mine, theirs = holidays_of(code, year), of_package(code, year)
        ours |= {day.isoformat() for day in mine - set(theirs) if day.weekday() != SUNDAY}
        for day in sorted(set(theirs) - mine):
            reason = next((name for name in THEIRS.get(code, ()) if name in theirs[day]), None)
            if reason:
                used.add(reason)
            elif day.weekday() != SUNDAY:
                unlisted.append(f"{day} {theirs[day]}")
    assert ours == OURS.get(code, set())
    assert not unlisted
    assert used == THEIRS.get(code, set())  # a reason that nothing needs any more goes


def test_scotland_has_its_single_day_and_greece_its_moved_one() -> None:
    assert is_holiday(dt.date(2026, 6, 15), "GB-SCT") and not is_holiday(dt.date(2026, 6, 15), "GB-ENG")
    assert not is_holiday(dt.date(2024, 5, 1), "GR") and is_holiday(dt.date(2025, 5, 1), "GR")


@pytest.mark.parametrize("code", known_calendars())
def test_a_year_that_is_not_there_is_an_error_and_no_working_day(code: str) -> None:
    for year in (YEARS[0] - 1, YEARS[-1] + 1):
        with pytest.raises(InvalidInput) as caught:
            is_holiday(dt.date(year, 12, 25), code)
        assert caught.value.field == "calendar"
    assert holidays_of(code, YEARS[0]) and holidays_of(code, YEARS[-1])
