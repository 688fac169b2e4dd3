"""What Kept finishes alone: opt-outs, which need no proof of who asks and no judgment.

They are done in the transaction in which the person files or confirms them, and answered with a letter. Where
other rights were asked for too, those wait for legal, and the letter goes out with the last of them.
"""

import datetime as dt
from collections.abc import Iterable

from dsr.models import RequestItem, SubjectRequest
from dsr.outcomes import AT_ONCE, Decision
from dsr.services.answering import send_answer, settle_item
from dsr.services.effects import has_policy_for_opt_outs
from dsr.services.moving import note_history
from dsr.states import State
from privacy.kernel.actors import SYSTEM, Actor
from privacy.policy.board import is_on

ALONE = "finished_alone"


def finish_opt_outs(
    *,
    subject_request: SubjectRequest,
    rights: Iterable[str] = AT_ONCE,
    actor: Actor,
    now: dt.datetime,
    may_close: bool = True,
) -> bool:
    """Do every opt-out of a new case, inside the caller's transaction; True where the case is answered by it.

    They do not wait for the confirmation of the rest. `actor` is who asks: their own act ends the uses. Without
    `may_close` the letter waits for legal. Without a published policy nobody knows which uses there are, and legal
    decides. `rights`: what was asked for, where that is at hand.
    """
    if AT_ONCE.isdisjoint(rights):
        return False
    if subject_request.state not in {State.UNCONFIRMED, State.RECEIVED} or not is_on("dsr.opt_outs_at_once"):
        return False
    items = list(RequestItem.objects.filter(subject_request=subject_request, decided_at=None))
    mine = [item for item in items if item.right in AT_ONCE]
    if not mine or not has_policy_for_opt_outs():
        return False
    for item in mine:
        item.subject_request = subject_request
        settle_item(item=item, decision=Decision("fulfilled"), actor=actor, decided_by=SYSTEM, now=now)
    done = ",".join(sorted(item.right for item in mine))
    note_history(subject_request=subject_request, kind=ALONE, actor=SYSTEM, now=now, detail=done)
    if (
        not may_close
        or subject_request.state != State.RECEIVED
        or RequestItem.objects.filter(subject_request=subject_request, decided_at=None).exists()
    ):
        return False
    send_answer(subject_request=subject_request, actor=SYSTEM, now=now)
    return True
