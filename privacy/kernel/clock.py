"""The one place that reads the time; services take `now` instead of asking."""

import datetime as dt
from zoneinfo import ZoneInfo


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def local_date(moment: dt.datetime, zone: str) -> dt.date:
    """The calendar date of `moment` where the controller is (`zone`: an IANA name).

    Periods of law count from the local date, never from the UTC one.
    """
    return moment.astimezone(ZoneInfo(zone)).date()


def midnight(day: dt.date, zone: str) -> dt.datetime:
    """The moment at which a day begins where the controller is."""
    return dt.datetime.combine(day, dt.time.min, ZoneInfo(zone)).astimezone(dt.UTC)


def canonical(moment: dt.datetime) -> str:
    """`moment` as UTC text with microseconds: the form that hashes are made over."""
    return f"{moment.astimezone(dt.UTC).isoformat(timespec='microseconds')[:26]}Z"
