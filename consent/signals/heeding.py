"""Honor what a request carries for somebody whom we know, without asking the database each time."""

import uuid
from collections.abc import Collection

from django.core.cache import cache

from consent.signals.rules import denied
from consent.signals.services import Sent, honor_signals
from consent.terms import terms_in_force
from privacy.kernel import clock
from privacy.kernel.actors import Actor

HEEDED_S = 3600


def honored_of(signals: Collection[str]) -> list[str]:
    """Those of these signals that switch something off here."""
    terms = terms_in_force()
    return [signal for signal in sorted(signals) if denied(terms, signal)]


def heed(subject_id: uuid.UUID, signals: Collection[str], sent: Sent) -> None:
    """Honor these signals for the person, once an hour and process at most; what was noted is not written again."""
    honored = honored_of(signals)
    if not honored:
        return
    policy = next(iter(terms_in_force().values())).policy_number
    key = f"signals:{subject_id}:{'+'.join(honored)}:{policy}"
    if cache.get(key):
        return
    actor = Actor.subject(subject_id, via="signal")
    honor_signals(subject_id=subject_id, signals=honored, sent=sent, actor=actor, now=clock.now())
    cache.set(key, 1, HEEDED_S)
