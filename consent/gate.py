"""The send gate: a promotional message leaves only where the person allows its purpose, asked as it leaves."""

from consent.selectors import decide_for
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.jobs.send_gate import GateAnswer
from privacy.kernel import clock
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on


def may_send(message: OutboxMessage) -> GateAnswer:
    """Messages that the service or the law needs always leave; promotional ones name their purpose."""
    if message.message_class != MessageClass.PROMOTIONAL or not is_on("consent.send_gate"):
        return GateAnswer(allowed=True)
    code = str(message.context.get("purpose", ""))
    subjects = alias_set(message.subject_id) if message.subject_id else ()
    decision = decide_for(subjects, code, channel="email", now=clock.now())
    return GateAnswer(allowed=decision.allowed, reason="" if decision.allowed else decision.reason)
