"""Pure rules of retention: grounds and reviews of holds, and when a row has reached its end."""

import datetime as dt
from zoneinfo import ZoneInfo

HOLD_GROUNDS = {
    "legal_claims": "It is needed to establish, exercise or defend legal claims.",
    "legal_obligation": "A law or an order obliges us to keep it.",
    "fraud_prevention": "It is still needed to prevent fraud.",
}
REVIEW_DAYS = 90
DRY_RUN_GOOD_FOR = dt.timedelta(days=30)
LONGEST_SILENCE = dt.timedelta(days=8)


def next_review(today: dt.date) -> dt.date:
    """A hold is looked at again after ninety days, so that none is forgotten."""
    return today + dt.timedelta(days=REVIEW_DAYS)


def cutoff_at(now: dt.datetime, days: int, zone: str) -> dt.datetime:
    """Rows from before this moment have been kept for `days` whole days where the controller is."""
    day = now.astimezone(ZoneInfo(zone)).date() - dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


def clock_is_odd(now: dt.datetime, last: dt.datetime) -> bool:
    """Whether a daily run should wait for a person: time ran backwards, or jumped by more than a week.

    A clock that is years ahead would otherwise empty every table in one night.
    """
    return now < last - dt.timedelta(hours=1) or now - last > LONGEST_SILENCE
