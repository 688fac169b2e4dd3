"""The days themselves. FIXED: (month, day[, first year[, last year]]). MOVABLE: days after Easter Sunday.
WEEKDAYS: (month, weekday with Monday 0, which one[, first year[, last year]]). EXTRA: single days."""

import datetime as dt
from calendar import FRIDAY

_NEW_YEAR, _CHRISTMAS, _BOXING = (1, 1), (12, 25), (12, 26)
_EPIPHANY, _LABOR, _ASSUMPTION, _SAINTS = (1, 6), (5, 1), (8, 15), (11, 1)

SAINT_BRIGID_SINCE = 2023  # Ireland

FIXED: dict[str, tuple[tuple[int, ...], ...]] = {
    "AT": (_NEW_YEAR, _EPIPHANY, _LABOR, _ASSUMPTION, (10, 26), _SAINTS, (12, 8), _CHRISTMAS, _BOXING),
    "BE": (_NEW_YEAR, _LABOR, (7, 21), _ASSUMPTION, _SAINTS, (11, 11), _CHRISTMAS),
    "BG": (_NEW_YEAR, (3, 3), _LABOR, (5, 6), (5, 24), (9, 6), (9, 22), (12, 24), _CHRISTMAS, _BOXING),
    "HR": (_NEW_YEAR, _EPIPHANY, _LABOR, (5, 30), (6, 22), (8, 5), _ASSUMPTION, _SAINTS, (11, 18), _CHRISTMAS, _BOXING),
    "CY": (_NEW_YEAR, _EPIPHANY, (3, 25), (4, 1), _LABOR, _ASSUMPTION, (10, 1), (10, 28), _CHRISTMAS, _BOXING),
    "CZ": (_NEW_YEAR, _LABOR, (5, 8), (7, 5), (7, 6), (9, 28), (10, 28), (11, 17), (12, 24), _CHRISTMAS, _BOXING),
    "DK": (_NEW_YEAR, _CHRISTMAS, _BOXING),
    "EE": (_NEW_YEAR, (2, 24), _LABOR, (6, 23), (6, 24), (8, 20), (12, 24), _CHRISTMAS, _BOXING),
    "FI": (_NEW_YEAR, _EPIPHANY, _LABOR, (12, 6), _CHRISTMAS, _BOXING),
    "FR": (_NEW_YEAR, _LABOR, (5, 8), (7, 14), _ASSUMPTION, _SAINTS, (11, 11), _CHRISTMAS),
    "DE": (_NEW_YEAR, _LABOR, (10, 3), _CHRISTMAS, _BOXING),
    # 1 May 2024 fell into Holy Week and was moved by decree
    "GR": (_NEW_YEAR, _EPIPHANY, (3, 25), (5, 1, 0, 2023), (5, 1, 2025), _ASSUMPTION, (10, 28), _CHRISTMAS, _BOXING),
    "HU": (_NEW_YEAR, (3, 15), _LABOR, (8, 20), (10, 23), _SAINTS, _CHRISTMAS, _BOXING),
    "IE": (_NEW_YEAR, (3, 17), _CHRISTMAS, _BOXING),
    "IT": (_NEW_YEAR, _EPIPHANY, (4, 25), _LABOR, (6, 2), _ASSUMPTION, _SAINTS, (12, 8), _CHRISTMAS, _BOXING),
    "LV": (_NEW_YEAR, _LABOR, (5, 4), (6, 23), (6, 24), (11, 18), (12, 24), _CHRISTMAS, _BOXING, (12, 31)),
    "LT": (
        *(_NEW_YEAR, (2, 16), (3, 11), _LABOR, (6, 24), (7, 6), _ASSUMPTION, _SAINTS, (11, 2)),
        *((12, 24), _CHRISTMAS, _BOXING),
    ),
    "LU": (_NEW_YEAR, _LABOR, (5, 9), (6, 23), _ASSUMPTION, _SAINTS, _CHRISTMAS, _BOXING),
    "MT": (
        *(_NEW_YEAR, (2, 10), (3, 19), (3, 31), _LABOR, (6, 7), (6, 29), _ASSUMPTION, (9, 8), (9, 21)),
        *((12, 8), (12, 13), _CHRISTMAS),
    ),
    "NL": (_NEW_YEAR, (4, 27), (5, 5), _CHRISTMAS, _BOXING),  # 5 May: Algemene termijnenwet, art. 3
    "PL": (
        *(_NEW_YEAR, _EPIPHANY, _LABOR, (5, 3), _ASSUMPTION, _SAINTS, (11, 11), (12, 24, 2025), _CHRISTMAS, _BOXING),
    ),
    "PT": (_NEW_YEAR, (4, 25), _LABOR, (6, 10), _ASSUMPTION, (10, 5), _SAINTS, (12, 1), (12, 8), _CHRISTMAS),
    "RO": (
        *(_NEW_YEAR, (1, 2), (1, 6, 2024), (1, 7, 2024), (1, 24), _LABOR, (6, 1), _ASSUMPTION, (11, 30), (12, 1)),
        *(_CHRISTMAS, _BOXING),
    ),
    "SK": (
        *(_NEW_YEAR, _EPIPHANY, _LABOR, (5, 8, 0, 2025), (7, 5), (8, 29), (9, 1, 0, 2023), (9, 15, 0, 2025)),
        *(_SAINTS, (11, 17, 0, 2024), (12, 24), _CHRISTMAS, _BOXING),
    ),
    "SI": (
        *(_NEW_YEAR, (1, 2), (2, 8), (4, 27), _LABOR, (5, 2), (6, 25), _ASSUMPTION, (10, 31), _SAINTS),
        *(_CHRISTMAS, _BOXING),
    ),
    "ES": (_NEW_YEAR, _EPIPHANY, _LABOR, _ASSUMPTION, (10, 12), _SAINTS, (12, 6), (12, 8), _CHRISTMAS),
    "SE": (_NEW_YEAR, _EPIPHANY, _LABOR, (6, 6), _CHRISTMAS, _BOXING),
    "IS": (_NEW_YEAR, _LABOR, (6, 17), _CHRISTMAS, _BOXING),
    "LI": (_NEW_YEAR, _EPIPHANY, _LABOR, _ASSUMPTION, (9, 8), _SAINTS, (12, 8), _CHRISTMAS, _BOXING),
    "NO": (_NEW_YEAR, _LABOR, (5, 17), _CHRISTMAS, _BOXING),
    "CH": (_NEW_YEAR, (8, 1), _CHRISTMAS),
    "NZ": (_NEW_YEAR, (1, 2), (2, 6), (4, 25), _CHRISTMAS, _BOXING),
    "GB-ENG": (_NEW_YEAR, _CHRISTMAS, _BOXING),
    "GB-SCT": (_NEW_YEAR, (1, 2), (11, 30), _CHRISTMAS, _BOXING),
    "GB-NIR": (_NEW_YEAR, (3, 17), (7, 12), _CHRISTMAS, _BOXING),
    "CA-FED": (_NEW_YEAR, (7, 1), (9, 30, 2021), (11, 11), _CHRISTMAS),
    "US-FED": (_NEW_YEAR, (6, 19, 2021), (7, 4), (11, 11), _CHRISTMAS),
}

ORTHODOX = frozenset({"BG", "CY", "GR", "RO"})
_GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _ASCENSION, _PENTECOST, _WHIT_MONDAY, _CORPUS = -2, 0, 1, 39, 49, 50, 60

MOVABLE: dict[str, tuple[int, ...]] = {
    "AT": (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY, _CORPUS),
    "BE": (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY),
    "BG": (_GOOD_FRIDAY, -1, _EASTER, _EASTER_MONDAY),
    "HR": (_EASTER, _EASTER_MONDAY, _CORPUS),
    "CY": (-48, _GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _WHIT_MONDAY),
    "CZ": (_GOOD_FRIDAY, _EASTER_MONDAY),
    "DK": (-3, _GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _ASCENSION, _PENTECOST, _WHIT_MONDAY),
    "EE": (_GOOD_FRIDAY, _EASTER, _PENTECOST),
    "FI": (_GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _ASCENSION, _PENTECOST),
    "FR": (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY),
    "DE": (_GOOD_FRIDAY, _EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY),
    "GR": (-48, _GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _WHIT_MONDAY),
    "HU": (_GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _PENTECOST, _WHIT_MONDAY),
    "IE": (_EASTER_MONDAY,),
    "IT": (_EASTER, _EASTER_MONDAY),
    "LV": (_GOOD_FRIDAY, _EASTER, _EASTER_MONDAY),
    "LT": (_EASTER, _EASTER_MONDAY),
    "LU": (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY),
    "MT": (_GOOD_FRIDAY,),
    "NL": (_EASTER, _EASTER_MONDAY, _ASCENSION, _PENTECOST, _WHIT_MONDAY),
    "PL": (_EASTER, _EASTER_MONDAY, _PENTECOST, _CORPUS),
    "PT": (_GOOD_FRIDAY, _EASTER, _CORPUS),
    "RO": (_GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _PENTECOST, _WHIT_MONDAY),
    "SK": (_GOOD_FRIDAY, _EASTER_MONDAY),
    "SI": (_EASTER, _EASTER_MONDAY, _PENTECOST),
    "ES": (_GOOD_FRIDAY,),
    "SE": (_GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _ASCENSION, _PENTECOST),
    "IS": (-3, _GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _ASCENSION, _PENTECOST, _WHIT_MONDAY),
    "LI": (_EASTER, _EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY, _CORPUS),
    "NO": (-3, _GOOD_FRIDAY, _EASTER, _EASTER_MONDAY, _ASCENSION, _PENTECOST, _WHIT_MONDAY),
    "CH": (_ASCENSION,),
    "NZ": (_GOOD_FRIDAY, _EASTER_MONDAY),
    "GB-ENG": (_GOOD_FRIDAY, _EASTER_MONDAY),
    "GB-SCT": (_GOOD_FRIDAY,),
    "GB-NIR": (_GOOD_FRIDAY, _EASTER_MONDAY),
    "CA-FED": (_GOOD_FRIDAY, _EASTER_MONDAY),  # Easter Monday: Interpretation Act, s.35
}

MONDAY, THURSDAY = 0, 3
_UK_MAY = (5, MONDAY, 1)
_UK_SPRING = (5, MONDAY, -1)
WEEKDAYS: dict[str, tuple[tuple[int, ...], ...]] = {
    "IE": ((5, MONDAY, 1), (6, MONDAY, 1), (8, MONDAY, 1), (10, MONDAY, -1)),
    "IS": ((8, MONDAY, 1),),
    "NZ": ((6, MONDAY, 1), (10, MONDAY, 4)),
    "GB-ENG": ((*_UK_MAY, 2021), (*_UK_SPRING, 2023), (8, MONDAY, -1)),
    "GB-SCT": ((*_UK_MAY, 2021), (*_UK_SPRING, 2023), (8, MONDAY, 1)),
    "GB-NIR": ((*_UK_MAY, 2021), (*_UK_SPRING, 2023), (8, MONDAY, -1)),
    "CA-FED": ((9, MONDAY, 1), (10, MONDAY, 2)),
    "US-FED": (*((1, MONDAY, 3), (2, MONDAY, 3), (5, MONDAY, -1), (9, MONDAY, 1), (10, MONDAY, 2), (11, THURSDAY, 4)),),
}


def _days(*texts: str) -> tuple[dt.date, ...]:
    return tuple(dt.date.fromisoformat(text) for text in texts)


_UK_EXTRA = _days("2020-05-08", "2020-05-25", "2021-05-31", "2022-06-02", "2022-06-03", "2022-09-19", "2023-05-08")


def _on_or_after(month: int, day: int, weekday: int) -> tuple[dt.date, ...]:
    """In every year the first `weekday` on or after a date."""
    starts = [dt.date(year, month, day) for year in range(2020, 2036)]
    return tuple(start + dt.timedelta(days=(weekday - start.weekday()) % 7) for start in starts)


EXTRA: dict[str, tuple[dt.date, ...]] = {
    "FI": (*_on_or_after(6, 20, 5), *_on_or_after(10, 31, 5)),
    "SE": (*_on_or_after(6, 20, 5), *_on_or_after(10, 31, 5)),
    "IS": _on_or_after(4, 19, 3),
    "DK": _days("2020-05-08", "2021-04-30", "2022-05-13", "2023-05-05"),  # Great Prayer Day, abolished 2024
    # the first Monday of February, or 1 February where that is a Friday; since 2023
    "IE": tuple(
        dt.date(day.year, 2, 1) if dt.date(day.year, 2, 1).weekday() == FRIDAY else day
        for day in _on_or_after(2, 1, 0)
        if day.year >= SAINT_BRIGID_SINCE
    ),
    "IT": tuple(dt.date(year, 10, 4) for year in range(2026, 2036)),
    "GB-ENG": _UK_EXTRA,
    "GB-SCT": (*_UK_EXTRA, *_days("2026-06-15")),
    "GB-NIR": _UK_EXTRA,
    "NZ": _days("2022-09-26"),
    "CA-FED": _on_or_after(5, 18, 0),  # the Monday before 25 May
}

# What happens when a fixed day falls on a weekend.
OBSERVED: dict[str, str] = {
    "GB-ENG": "next",
    "GB-SCT": "next",
    "GB-NIR": "next",
    "NZ": "next",
    "US-FED": "nearest",
    "CA-FED": "sunday",
}

MATARIKI: dict[int, dt.date] = {
    day.year: day
    for day in _days(
        *("2022-06-24", "2023-07-14", "2024-06-28", "2025-06-20", "2026-07-10", "2027-06-25", "2028-07-14"),
        *("2029-07-06", "2030-06-21", "2031-07-11", "2032-07-02", "2033-06-24", "2034-07-07", "2035-06-29"),
    )
}

# Fixed days and days after Easter that a state has beyond the national ones. Assumption in Bavaria is
# a holiday in most, not all, municipalities, and so is left out.
GERMAN_STATES: dict[str, tuple[tuple[tuple[int, int], ...], tuple[int, ...]]] = {
    "BW": ((_EPIPHANY, _SAINTS), (_CORPUS,)),
    "BY": ((_EPIPHANY, _SAINTS), (_CORPUS,)),
    "BE": (((3, 8),), ()),
    "BB": (((10, 31),), (_EASTER, _PENTECOST)),
    "HB": (((10, 31),), ()),
    "HH": (((10, 31),), ()),
    "HE": ((), (_CORPUS,)),
    "MV": (((10, 31),), ()),
    "NI": (((10, 31),), ()),
    "NW": ((_SAINTS,), (_CORPUS,)),
    "RP": ((_SAINTS,), (_CORPUS,)),
    "SL": ((_ASSUMPTION, _SAINTS), (_CORPUS,)),
    "SN": (((10, 31),), ()),
    "ST": ((_EPIPHANY, (10, 31)), ()),
    "SH": (((10, 31),), ()),
    "TH": (((9, 20), (10, 31)), ()),
}
