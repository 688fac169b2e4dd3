"""The gates that consent fills: may this message leave, and may this be used for that?

Both are asked at the moment of the act, and the most protective of all that the person said wins.
"""

import datetime as dt
import uuid

from accounts.models import User
from accounts.selectors import find_subjects
from consent.selectors import decide_for
from consent.terms import terms_in_force
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.jobs.send_gate import GateAnswer
from privacy.kernel import clock
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.policy import decision_gate
from privacy.policy.board import is_on


def may_send(message: OutboxMessage) -> GateAnswer:
    """Messages that the service or the law needs always leave; promotional ones need a live decision.

    Asked in the transaction that marks the mail as being sent. The person is locked as a decision locks
    them: either a withdrawal is in force before, and the mail stays, or it comes after the mail was marked.
    Neither class can pass as the other: no advertising as an invoice, no advertising for a locked purpose.
    """
    code = str(message.context.get("purpose", ""))
    terms = terms_in_force().get(code)
    names_promotion = terms is not None and terms.message_class == MessageClass.PROMOTIONAL
    if not is_on("consent.send_gate"):
        return GateAnswer(allowed=True)
    if message.message_class != MessageClass.PROMOTIONAL:
        return GateAnswer(allowed=False, reason="wrong_class") if names_promotion else GateAnswer(allowed=True)
    if terms is None:
        return GateAnswer(allowed=False, reason="unknown_purpose")
    if not names_promotion:
        return GateAnswer(allowed=False, reason="wrong_class")
    return _promotional(message, code)


def _promotional(message: OutboxMessage, code: str) -> GateAnswer:
    """Only to a mailbox that we still know: after an erasure there is none. Its holder is asked beside the
    person whom the mail is for, and a suspended account gets nothing."""
    holders = find_subjects("email", message.recipient)
    if not holders:
        return GateAnswer(allowed=False, reason="unknown_person")
    roots = [*holders, message.subject_id] if message.subject_id else holders
    subjects = list(dict.fromkeys(member for root in roots for member in alias_set(root)))
    list(Subject.objects.select_for_update(no_key=True).filter(pk__in=subjects).order_by("pk"))
    if User.objects.filter(subject_id__in=subjects, is_active=False).exists():
        return GateAnswer(allowed=False, reason="suspended")
    decision = decide_for(subjects, code, channel="email", now=clock.now())
    return GateAnswer(allowed=decision.allowed, reason="" if decision.allowed else decision.reason)


def may_use(
    *, subject_id: uuid.UUID, purpose: str, channel: str, category: str, now: dt.datetime
) -> decision_gate.GateAnswer:
    """Whether data of this category may be used for this purpose: what the decision API would say."""
    decision = decide_for(alias_set(subject_id), purpose, channel=channel, category=category, now=now)
    return decision_gate.GateAnswer(decision.allowed, decision.reason)
