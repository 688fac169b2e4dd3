"""What happens by itself: people are asked for each case, reminded once, missed once, and copies go with their case."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from accounts.selectors import staff_with
from privacy.audit.services import record
from privacy.connectors.desks import copies
from privacy.connectors.desks.asking import ask_for_case, mail_people
from privacy.connectors.desks.audit_events import EMPTIED
from privacy.connectors.desks.kind import DeskSpec, parse
from privacy.connectors.desks.models import DeskCopy, DeskQuestion
from privacy.connectors.desks.vocabulary import REMIND_DAYS, Ask, QuestionState
from privacy.connectors.models import ConnectedSystem, SystemState
from privacy.connectors.sources import connection_of
from privacy.jobs.outbox import queue_mail
from privacy.kernel.actors import SYSTEM
from privacy.personal_data.contract import Action, handlers
from privacy.personal_data.people import CaseInWork, cases_in_work
from privacy.policy.selectors import today

LATE_MAIL = "desks.late"
ASK_OF = {Action.RECTIFY: Ask.RECTIFY, Action.RESTRICT: Ask.RESTRICT, Action.OPT_OUT: Ask.OPT_OUT}


def desks() -> list[DeskSpec]:
    """The connected desks."""
    rows = ConnectedSystem.objects.filter(kind="desk", state=SystemState.CONNECTED)
    return [parse(connection_of(row)) for row in rows]


def tend_questions(*, now: dt.datetime) -> dict[str, int | str]:
    """Each of it once, however often this runs."""
    specs = {spec.key: spec for spec in desks()}
    if not specs and not DeskQuestion.objects.exclude(state=QuestionState.CLOSED).exists():
        return {"asked": 0}
    asked, in_work, reserved = 0, set(), handlers.reserved()
    for case in cases_in_work(now):
        in_work.add(case.about)
        for spec in specs.values():
            if spec.key not in case.systems if case.systems else spec.key in reserved:
                continue  # people are asked about those alone whose data lies with them
            asked += sum(ask_for_case(spec, case, ask, now=now) is not None for ask in _asks(case))
    reminded, escalated = _remind(specs, now), _escalate(now)
    return {"asked": asked, "reminded": reminded, "escalated": escalated, "emptied": _close(in_work, now)}


def _asks(case: CaseInWork) -> Iterator[Ask]:
    if not case.person.subject_ids and not case.person.identities:
        return
    if case.wants_contents:
        yield Ask.EXPORT
    elif case.wants_counts:
        yield Ask.FIND
    yield from (ASK_OF[action] for action in sorted(case.acts) if action in ASK_OF)


def _remind(specs: dict[str, DeskSpec], now: dt.datetime) -> int:
    soon = today() + dt.timedelta(days=REMIND_DAYS)
    rows = DeskQuestion.objects.filter(state=QuestionState.OPEN, due_on__lte=soon, reminded_at=None, desk__in=specs)
    done = 0
    for row in rows.filter(asked_at__lt=now - dt.timedelta(hours=12)):  # who was asked today needs no reminder yet
        with transaction.atomic():
            if DeskQuestion.objects.filter(pk=row.pk, reminded_at=None).update(reminded_at=now):
                mail_people(specs[row.desk], row, stage="soon", now=now)
                done += 1
    return done


def _escalate(now: dt.datetime) -> int:
    """Who works on requests hears once that a day has passed in silence."""
    rows = list(DeskQuestion.objects.filter(state=QuestionState.OPEN, due_on__lt=today(), escalated_at=None))
    workers = staff_with("dsr", "work_subject_request") if rows else []
    for row in rows:
        with transaction.atomic():
            if not DeskQuestion.objects.filter(pk=row.pk, escalated_at=None).update(escalated_at=now):
                continue
            for user in workers:
                if user.is_demo or not row.is_demo:
                    key = f"{LATE_MAIL}:{row.pk}:{user.pk}"
                    context: dict[str, str | int] = {"question": str(row.pk)}
                    queue_mail(LATE_MAIL, idem_key=key, to=user.email, context=context, now=now, is_demo=row.is_demo)
    return len(rows)


def _close(in_work: set[uuid.UUID], now: dt.datetime) -> int:
    """Of cases that are over: what people saw and gave goes; what they answered stays as proof."""
    over = DeskQuestion.objects.exclude(state=QuestionState.CLOSED).exclude(about__in=in_work)
    return sum(_empty(row, now) for row in list(over.order_by("asked_at")))


def _empty(row: DeskQuestion, now: dt.datetime) -> int:
    still = DeskQuestion.objects.filter(pk=row.pk).exclude(state=QuestionState.CLOSED)
    with transaction.atomic():
        given = DeskCopy.objects.filter(question=row)
        files = list(given.exclude(file="").values_list("file", flat=True))
        count, _ = given.delete()
        if not still.update(state=QuestionState.CLOSED, identities=""):
            return 0
        about: dict[str, Any] = {"subject_id": row.subject_id, "system": row.desk, "copies": count}
        record(EMPTIED, actor=SYSTEM, at=now, target=row, is_demo=row.is_demo, **about)
    for file in files:
        copies.STORE.remove(file)
    return 1
