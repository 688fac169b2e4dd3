"""The gates that consent fills: may this message leave, and may this be used for that?

Both are asked at the moment of the act, and the most protective of all that the person said wins.
"""

import datetime as dt
import uuid

from accounts.models import User
from accounts.selectors import find_subjects
from consent.selectors import decide_for
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.jobs.send_gate import GateAnswer
from privacy.kernel import clock
from privacy.personal_data.selectors import alias_set
from privacy.policy import decision_gate
from privacy.policy.board import is_on


def may_send(message: OutboxMessage) -> GateAnswer:
    """Messages that the service or the law needs always leave; promotional ones name their purpose.

    A promotional message goes only to a mailbox that we still know: after an erasure there is none. Its
    holder is asked beside the person whom the mail is for, and a suspended account gets nothing.
    """
    if message.message_class != MessageClass.PROMOTIONAL or not is_on("consent.send_gate"):
        return GateAnswer(allowed=True)
    holders = find_subjects("email", message.recipient)
    if not holders:
        return GateAnswer(allowed=False, reason="unknown_person")
    roots = [*holders, message.subject_id] if message.subject_id else holders
    subjects = list(dict.fromkeys(member for root in roots for member in alias_set(root)))
    if User.objects.filter(subject_id__in=subjects, is_active=False).exists():
        return GateAnswer(allowed=False, reason="suspended")
    code = str(message.context.get("purpose", ""))
    decision = decide_for(subjects, code, channel="email", now=clock.now())
    return GateAnswer(allowed=decision.allowed, reason="" if decision.allowed else decision.reason)


def may_use(
    *, subject_id: uuid.UUID, purpose: str, channel: str, category: str, now: dt.datetime
) -> decision_gate.GateAnswer:
    """Whether data of this category may be used for this purpose: what the decision API would say."""
    decision = decide_for(alias_set(subject_id), purpose, channel=channel, category=category, now=now)
    return decision_gate.GateAnswer(decision.allowed, decision.reason)
