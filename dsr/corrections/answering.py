"""A correction that a person entered on the account page is answered without staff, where every system answered."""

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.corrections.models import Correction, CorrectionResult, ResultState
from dsr.notices.tasks import BLOCKING
from dsr.outcomes import Decision
from dsr.services.answering import answer_item, send_answer
from dsr.services.system_answers import known_answers, outside_systems
from dsr.states import Channel, Right, State
from privacy.kernel.actors import SYSTEM

FINAL = (ResultState.DONE, ResultState.NOTHING_HELD)


def answer_by_itself(row: Correction, *, now: dt.datetime) -> bool:
    """Decide and send, in the caller's transaction; whether it did. A case that asks for more, one that staff
    entered, and one in which people have something to do wait for staff."""
    case = row.subject_request
    case.refresh_from_db()
    items = list(case.items.all())
    is_own = case.channel == Channel.ACCOUNT and row.asked_by is None and case.state == State.RECEIVED
    if not is_own or [item.right for item in items] != [Right.RECTIFICATION] or items[0].decided_at:
        return False
    waiting = CorrectionResult.objects.filter(correction__subject_request=case).exclude(state__in=FINAL)
    if (
        waiting.exists()
        or BLOCKING.any(case.pk)
        or not outside_systems().keys() <= known_answers(case, Right.RECTIFICATION).keys()
    ):
        return False
    with translation.override(case.language):
        words = _("You corrected it on your account page; we took it over everywhere where it stood.")
    answer_item(item=items[0], decision=Decision("fulfilled", words=words), actor=SYSTEM, now=now)
    send_answer(subject_request=case, actor=SYSTEM, now=now)
    return True
