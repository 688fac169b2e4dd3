"""Pure rules of retention: which grounds a hold may have, and when it is looked at again."""

import datetime as dt

HOLD_GROUNDS = {
    "legal_claims": "It is needed to establish, exercise or defend legal claims.",
    "legal_obligation": "A law or an order obliges us to keep it.",
    "fraud_prevention": "It is still needed to prevent fraud.",
}
REVIEW_DAYS = 90


def next_review(today: dt.date) -> dt.date:
    """A hold is looked at again after ninety days, so that none is forgotten."""
    return today + dt.timedelta(days=REVIEW_DAYS)
