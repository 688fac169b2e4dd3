"""Words of the days that an installation adds to a calendar. Pure."""

import enum


class DayKind(enum.StrEnum):
    """What an entry makes of a day."""

    OFF = "off"  # like a holiday
    WORKING = "working"  # although it would be a weekend or a holiday
    BACK = "back"  # again as the calendar has it


DAY_WORDS = {
    DayKind.OFF: "Nobody works: a holiday here",
    DayKind.WORKING: "People work, although it is a weekend or a holiday",
    DayKind.BACK: "Take an entry back: as the calendar has it",
}
