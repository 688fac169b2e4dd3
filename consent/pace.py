"""Fewer messages, where a person asked for them: the send gate's second question about promotional mail."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db.models import Q

from accounts.selectors import find_subjects
from consent.easing import FEWER, FEWER_DAYS
from consent.models import Preference
from privacy.jobs.models import MessageClass, OutboxMessage, SendState
from privacy.jobs.send_gate import GateAnswer
from privacy.kernel import clock
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set

ON_ITS_WAY = (SendState.SENDING, SendState.UNCERTAIN)  # it may have arrived


def not_too_soon(message: OutboxMessage) -> GateAnswer:
    """No, where the last message for this purpose was accepted within the month and fewer were asked for.

    Of two that leave at once one waits for the lock of the other, and finds it on its way.
    """
    if message.message_class != MessageClass.PROMOTIONAL:
        return GateAnswer(allowed=True)
    roots = {*find_subjects("email", message.recipient), *([message.subject_id] if message.subject_id else [])}
    members = list(dict.fromkeys(member for root in roots for member in alias_set(root)))
    code = str(message.context.get("purpose", ""))
    if not Preference.objects.filter(subject_id__in=members, purpose=code, pace=FEWER).exists():
        return GateAnswer(allowed=True)
    list(Subject.objects.select_for_update(no_key=True).filter(pk__in=members).order_by("pk"))
    if _came_lately(members, code, but=message.pk, now=clock.now()):
        return GateAnswer(allowed=False, reason="pace")
    return GateAnswer(allowed=True)


def _came_lately(members: Sequence[uuid.UUID], code: str, *, but: uuid.UUID, now: dt.datetime) -> bool:
    since = now - dt.timedelta(days=FEWER_DAYS)
    lately = Q(state=SendState.SENT, accepted_at__gt=since) | Q(state__in=ON_ITS_WAY, created_at__gt=since)
    sent = OutboxMessage.objects.filter(lately, subject_id__in=members, message_class=MessageClass.PROMOTIONAL)
    return any(str(one.context.get("purpose", "")) == code for one in sent.exclude(pk=but))
