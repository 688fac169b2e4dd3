"""When to try again, when to stop, and what an answer means. Pure."""

import datetime as dt

WAITS_S = (5, 30, 120, 300, 900, 1800, 3600, 7200, 10_800, 14_400)
LONGEST_WAIT = dt.timedelta(hours=6)
TRY_FOR = dt.timedelta(days=3)
LEAST_TRIES = 12  # a clock that jumps forward by days does not end the attempts
ACCEPTED = "accepted"
TRY_LATER = frozenset({408, 425, 429})


def wait_after(failures: int) -> dt.timedelta:
    """How long to wait after so many failures in a row."""
    return dt.timedelta(seconds=WAITS_S[failures - 1]) if 0 < failures <= len(WAITS_S) else LONGEST_WAIT


def outcome_of(status: int) -> str:
    """The code of an answer: only a 2xx is an acknowledgement, and a redirect is never followed."""
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP's classes
        return ACCEPTED
    return "redirect" if 300 <= status < 400 else f"status_{status}"  # noqa: PLR2004 - as above


def is_refusal(outcome: str) -> bool:
    """Whether the system is there and said no to this one message. The others need not wait for it."""
    kind, _, number = outcome.partition("_")
    if kind != "status" or not number.isdecimal():
        return outcome == "not_acknowledged"
    return 400 <= int(number) < 500 and int(number) not in TRY_LATER  # noqa: PLR2004 - as above


def is_spent(*, since: dt.datetime, tries: int, now: dt.datetime) -> bool:
    """Whether three days of attempts are over."""
    return now - since >= TRY_FOR and tries >= LEAST_TRIES
