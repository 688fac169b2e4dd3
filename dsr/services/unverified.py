"""How often an address hears of requests that it never confirmed: three times in all, the last word among them.

A stranger may write any address into a form, so whoever owns it must not be flooded. What a person asks for by
hand, on the page that mails links again, has a limit of its own.
"""

import datetime as dt
from typing import Any

from dsr.models import HistoryRow
from dsr.rules import COUNTED_FOR, MOST_MAILS
from dsr.services.links import cases_of_mailbox
from dsr.states import State
from privacy.kernel.ready import Ready
from privacy.policy.board import is_on

NOT_SENT = "not_sent"
MAILED = ("confirmation_sent", "confirmation_resent", "confirmation_reminded", "last_word")


def _sent(indexes: Any, since: Any) -> Any:
    cases = cases_of_mailbox(indexes).filter(state__in=[State.UNCONFIRMED, State.EXPIRED], filed_at__gt=since)
    rows = HistoryRow.objects.filter(subject_request_id__in=cases.order_by().values("pk"), kind__in=MAILED)
    return rows.exclude(detail=NOT_SENT).values_list("pk")


SENT = Ready(_sent)


def mails_left(index: str, now: dt.datetime) -> int:
    """How many more mails this mailbox may get about requests that it never confirmed."""
    if not is_on("dsr.few_mails"):
        return MOST_MAILS
    return MOST_MAILS - len(SENT.all([index], now - COUNTED_FOR))
