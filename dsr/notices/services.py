"""Tell everybody who received a person's data, once each, in the transaction that closes the case."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from dsr.freezing import thaw_person
from dsr.models import SubjectRequest
from dsr.notices.events import about, topic_of
from dsr.notices.models import Notice, NoticeRoute, Task
from dsr.notices.tasks import open_task
from dsr.notices.vocabulary import EVENT_OF_RIGHT, SHORTEST_NOTE, NoticeState, TaskKind, TaskState, Way
from dsr.selectors import APPROVED_PLANS, items_of
from dsr.services.moving import note_history
from dsr.services.planning import person_of_case
from privacy.jobs.models import OutboxMessage, SendState
from privacy.jobs.outbox import queue_mail
from privacy.jobs.webhooks.models import DeliveryState, WebhookDelivery
from privacy.jobs.webhooks.queueing import queue_for, queue_happenings
from privacy.jobs.webhooks.topics import Happening
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.ready import Ready
from privacy.personal_data.contract import Person
from privacy.policy.board import is_on
from privacy.registers.demands.selectors import disclosed_to
from privacy.registers.models import RecipientFile

TOLD_WITHIN = dt.timedelta(days=14)  # of ours: Article 19 names no period
PAGE = 500
ROUTES = Ready(lambda: NoticeRoute.objects.select_related("endpoint"))


def notify_recipients(subject_request: SubjectRequest, now: dt.datetime) -> None:
    """The listener of closing: one notice for each recipient and each thing that was done."""
    if subject_request.subject_id is None or not is_on("dsr.notices"):
        return
    done = [item.right for item in items_of(subject_request) if item.outcome in {"fulfilled", "partly"}]
    events = [EVENT_OF_RIGHT[right] for right in done if right in EVENT_OF_RIGHT]
    if not events:
        return
    person = _person(subject_request)
    known = ROUTES.all()
    recipients, routes = _recipients(person, known), {row.code: row for row in known}
    for event in events:
        for code, label in recipients.items():
            _tell(subject_request, person, routes.get(code), code=code, label=label, event=event, now=now)
        with about(person):
            queue_happenings([_happening(subject_request, event, now)], now=now)
    kinds = ",".join(events)
    note_history(
        subject_request=subject_request,
        kind="recipients_told",
        actor=SYSTEM,
        now=now,
        detail=f"{kinds}:{len(recipients)}",
    )


def _person(case: SubjectRequest) -> Person:
    """Whom it is about: as the plan knew them, because an erasure leaves no identifier."""
    plan = APPROVED_PLANS.first(case.pk)
    return thaw_person(plan.frozen) if plan else person_of_case(case)


def recipients_of(person: Person) -> dict[str, str]:
    """Code → name of everybody who received data of this person: by the ledger, and whoever hears of everybody."""
    return _recipients(person, ROUTES.all())


def _recipients(person: Person, routes: Sequence[NoticeRoute]) -> dict[str, str]:
    codes = {recipient for recipient, *_ in disclosed_to(person.subject_ids)}
    names = dict(RecipientFile.objects.filter(code__in=codes).values_list("code", "label")) if codes else {}
    found = {code: names.get(code, code) for code in sorted(codes)}
    return found | {row.code: row.label for row in routes if row.hears_all}


def _tell(
    case: SubjectRequest,
    person: Person,
    route: NoticeRoute | None,
    *,
    code: str,
    label: str,
    event: str,
    now: dt.datetime,
) -> None:
    if Notice.objects.filter(subject_request=case, recipient=code, event=event).exists():
        return  # the case was opened again
    way = Way.TASK if route is None else Way.WEBHOOK if route.endpoint else Way.MAIL if route.email else Way.TASK
    notice = Notice(
        subject_request=case, recipient=code, label=label, event=event, way=way, created_at=now, is_demo=case.is_demo
    )
    if way == Way.MAIL and route:
        message = queue_mail(
            "dsr.notice",
            idem_key=f"dsr.notice:{case.pk}:{code}:{event}",
            to=route.email,
            context={"notice": str(notice.pk)},
            secret={"people": [each.value for each in person.identities if each.kind == "email"]},
            now=now,
            is_demo=case.is_demo,
        )
        notice.outbox_id = message.pk
    notice.save(force_insert=True)
    if way == Way.WEBHOOK and route and route.endpoint:
        with about(person):
            queue_for(route.endpoint, [_happening(case, event, now)], now=now)
    if way == Way.TASK:
        _hand_over(notice, now)


def _happening(case: SubjectRequest, event: str, now: dt.datetime) -> Happening:
    return Happening(
        topic_of(event),
        uuid.uuid5(case.pk, event),
        now,
        int(now.timestamp() * 1_000_000),
        subject_id=case.subject_id,
        lowers=True,
        is_demo=case.is_demo,
    )


def _hand_over(notice: Notice, now: dt.datetime) -> Task:
    """A person tells the recipient, within two weeks and not after the due date of the case."""
    case = notice.subject_request
    last = clock.local_date(now, settings.KEPT_TIME_ZONE) + TOLD_WITHIN
    return open_task(
        subject_request=case,
        kind=TaskKind.NOTIFY,
        about=f"{notice.recipient}:{notice.event}"[:80],
        label=notice.label,
        due_on=min(last, case.due_on) if case.due_on else last,
        is_blocking=False,
        notice=notice,
        actor=SYSTEM,
        now=now,
    )


@transaction.atomic
def follow_notices(*, now: dt.datetime) -> dict[str, int | str]:
    """Note what mail server and endpoints said since; hand what cannot be delivered to a person."""
    changed = 0
    rows = Notice.objects.filter(state__in=[NoticeState.QUEUED, NoticeState.SENT]).exclude(way=Way.TASK)
    for notice in rows.select_related("subject_request").order_by("created_at", "pk")[:PAGE]:
        state, at = _by_mail(notice) if notice.way == Way.MAIL else _by_webhook(notice)
        if state != notice.state:
            _set_state(notice, state, at, now)
            changed += 1
    return {"changed": changed}


def _by_mail(notice: Notice) -> tuple[str, dt.datetime | None]:
    row = OutboxMessage.objects.filter(pk=notice.outbox_id).first() if notice.outbox_id else None
    if row is None or row.state in {SendState.GIVEN_UP, SendState.REFUSED}:
        return NoticeState.FAILED, None
    return (NoticeState.SENT, row.accepted_at) if row.state == SendState.SENT else (notice.state, None)


def _by_webhook(notice: Notice) -> tuple[str, dt.datetime | None]:
    event_id = uuid.uuid5(notice.subject_request_id, notice.event)
    route = NoticeRoute.objects.filter(code=notice.recipient).first()
    row = WebhookDelivery.objects.filter(event_id=event_id, endpoint=route.endpoint if route else None).first()
    if row is None or row.state == DeliveryState.GIVEN_UP:
        return NoticeState.FAILED, None
    if row.accepted_at is None:
        return notice.state, None
    return (NoticeState.ACKNOWLEDGED if row.endpoint.must_acknowledge else NoticeState.SENT), row.accepted_at


def _set_state(notice: Notice, state: str, at: dt.datetime | None, now: dt.datetime) -> None:
    changes: dict[str, object] = {"state": state}
    if at:
        changes["sent_at"] = notice.sent_at or at
    if state == NoticeState.ACKNOWLEDGED:
        changes["acknowledged_at"] = at
    if Notice.objects.filter(pk=notice.pk, state=notice.state).update(**changes) != 1:
        return  # somebody settled it in this moment
    if state == NoticeState.FAILED:
        _hand_over(notice, now)
    detail = f"{notice.recipient}:{notice.event}:{state}"
    note_history(subject_request=notice.subject_request, kind="notice", actor=SYSTEM, now=now, detail=detail)


@transaction.atomic
def settle_notice(*, notice: Notice, outcome: str, words: str, actor: Actor, now: dt.datetime) -> None:
    """Legal notes that a recipient answered, was told by hand, or is not told and why (`words`).

    Raises InvalidInput for another outcome or a missing reason, StaleState where it was settled before.
    """
    if outcome not in {NoticeState.SENT, NoticeState.ACKNOWLEDGED, NoticeState.EXEMPT}:
        raise InvalidInput("Choose told, acknowledged, or not told.", field="outcome")
    if outcome == NoticeState.EXEMPT and len(words.strip()) < SHORTEST_NOTE:
        raise InvalidInput("Say why telling it is impossible or takes disproportionate effort.", field="words")
    row = Notice.objects.select_for_update(of=("self",)).select_related("subject_request").get(pk=notice.pk)
    if row.state in {NoticeState.ACKNOWLEDGED, NoticeState.EXEMPT}:
        raise StaleState("This notice was settled meanwhile. Load the page again.")
    row.state, row.reason = outcome, words.strip()
    if outcome != NoticeState.EXEMPT:
        row.sent_at = row.sent_at or now
    if outcome == NoticeState.ACKNOWLEDGED:
        row.acknowledged_at = now
    row.save(update_fields=["state", "reason", "sent_at", "acknowledged_at"])
    Task.objects.filter(notice=row, state=TaskState.OPEN).update(
        state=TaskState.DONE, answer="done", done_at=now, done_by=actor.id
    )
    detail = f"{row.recipient}:{row.event}:{outcome}"
    note_history(subject_request=row.subject_request, kind="notice", actor=actor, now=now, detail=detail)
