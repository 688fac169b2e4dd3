"""How often an address hears of requests that it never confirmed: three times in all, the last word among them.

A stranger may write any address into a form, so whoever owns it must not be flooded. What a person asks for by
hand, on the page that mails links again, has a limit of its own.
"""

import datetime as dt

from dsr.models import HistoryRow
from dsr.rules import COUNTED_FOR, MOST_MAILS
from dsr.services.links import cases_of_mailbox
from dsr.states import State
from privacy.policy.board import is_on

NOT_SENT = "not_sent"
MAILED = ("confirmation_sent", "confirmation_resent", "confirmation_reminded", "last_word")


def mails_left(index: str, now: dt.datetime) -> int:
    """How many more mails this mailbox may get about requests that it never confirmed."""
    if not is_on("dsr.few_mails"):
        return MOST_MAILS
    cases = cases_of_mailbox([index]).filter(
        state__in=[State.UNCONFIRMED, State.EXPIRED], filed_at__gt=now - COUNTED_FOR
    )
    sent = HistoryRow.objects.filter(subject_request_id__in=cases.order_by().values("pk"), kind__in=MAILED)
    return MOST_MAILS - sent.exclude(detail=NOT_SENT).count()
