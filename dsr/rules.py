"""Rules of intake: how long links and unconfirmed requests live, and what a day of receipt may be. Pure."""

import datetime as dt
import secrets
from zoneinfo import ZoneInfo

from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput

CONFIRM_LINK = dt.timedelta(days=7)
STATUS_LINK = dt.timedelta(days=180)
FRESH = dt.timedelta(minutes=10)  # a link that shows a letter is no older than this
REMIND_AFTER = dt.timedelta(hours=24)
LAST_WORD_DAYS = 4  # before the safe day: a day more than the three that are promised, for a worker that was down
AFTER_LAST_WORD = dt.timedelta(days=3)  # nobody is ended sooner after it
UNDATED_ENDS = dt.timedelta(days=30)  # where a case has no safe day
REOPENS_FOR = dt.timedelta(days=30)  # a request closed unverified can be taken up again as long
MOST_MAILS = 3  # to one address about requests that it never confirmed, the last word among them
COUNTED_FOR = dt.timedelta(days=90)
FIRST = 9  # the priority of a report about a child
CODE_LIVES = dt.timedelta(minutes=15)
CODE_TRIES = 5
CODES_PER_HOUR = 5
LAW_SINCE = dt.date(2018, 5, 15)  # the first day of the policy that Kept keeps; the GDPR applies ten days later
OLDEST_RECEIPT = dt.timedelta(days=731)
PAUSE_BETWEEN_LINKS_S = 300  # one mail of links to a mailbox in this time, however often it is asked for
CONFIRMATIONS_PER_HOUR = 5  # mails that filing sends to one mailbox
CONTACT_KEPT_DAYS = 92  # three months after closing, so that the case can still be answered
PREFIX = "KX-"  # of every reference
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is read as another


def new_reference() -> str:
    """A reference that says nothing, can be read aloud and cannot be guessed in a row."""
    return PREFIX + "".join(secrets.choice(LETTERS) for _ in range(7))


def mask_reference(reference: str) -> str:
    """Enough to recognize a request by, for somebody who may not open it."""
    return f"{PREFIX}…{reference[-2:]}"


def receipt_moment(*, received_on: dt.date, reason: str, now: dt.datetime, zone: str) -> dt.datetime:
    """The moment that stands for a day of receipt: noon there, or now where it is today. A moment that is known,
    such as that of a mail, stands for itself.

    Raises InvalidInput for a day to come or before any law, and for one over two years ago without a reason.
    """
    today = clock.local_date(now, zone)
    moment = received_on if isinstance(received_on, dt.datetime) else None
    received_on = clock.local_date(moment, zone) if moment else received_on
    if received_on > today:
        raise InvalidInput("The day of receipt cannot lie in the future.", field="received_on")
    if received_on < LAW_SINCE:
        raise InvalidInput("No law that is counted by held on this day. Check the year.", field="received_on")
    if today - received_on > OLDEST_RECEIPT and not reason.strip():
        raise InvalidInput("This day is over two years ago. Check it, or say why it is filed now.", field="late_reason")
    if moment:
        return moment
    if received_on == today:
        return now
    return dt.datetime.combine(received_on, dt.time(12), ZoneInfo(zone)).astimezone(dt.UTC)
