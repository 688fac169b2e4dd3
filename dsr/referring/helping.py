"""Business customers, and the help that they ask of us for requests of their own people."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction

from dsr.referring.audit_events import ASSIST_DONE, ASSIST_OPENED, CUSTOMER_ENDED, CUSTOMER_EXPORTED, CUSTOMER_KEPT
from dsr.referring.models import Assist, BusinessCustomer, Referral
from dsr.referring.rules import ASSIST_WITHIN_DAYS, LONGEST_NAME, REMIND_AFTER_DAYS
from dsr.rights import RIGHTS
from privacy.audit.services import record
from privacy.kernel import clock, identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.texts import one_line
from privacy.policy.board import is_on


@transaction.atomic
def keep_customer(
    *,
    name: str,
    email: str,
    remind_after_days: int = REMIND_AFTER_DAYS,
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> BusinessCustomer:
    """Note a business customer, or change its mailbox and days. InvalidInput names the field."""
    name = one_line(name)
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput(f"Write the name of the company, in {LONGEST_NAME} characters at most.", field="name")
    if not 1 <= remind_after_days <= 60:  # noqa: PLR2004 - days
        raise InvalidInput("Remind after 1 to 60 days.", field="remind_after_days")
    try:
        address = identifiers.normalize("email", email)
    except InvalidInput as error:
        raise InvalidInput(error.message, field="email") from None
    row = BusinessCustomer.objects.select_for_update(no_key=True).filter(name=name).first()
    row = row or BusinessCustomer(name=name, made_at=now, is_demo=is_demo)
    row.email, row.remind_after_days, row.ended_at = address, remind_after_days, None
    row.save()
    record(CUSTOMER_KEPT, actor=actor, at=now, target=row, is_demo=row.is_demo)
    return row


@transaction.atomic
def end_customer(*, customer: BusinessCustomer, actor: Actor, now: dt.datetime) -> None:
    """Nothing new is referred to it. StaleState where it has ended before."""
    if BusinessCustomer.objects.filter(pk=customer.pk, ended_at=None).update(ended_at=now) != 1:
        raise StaleState("This customer has left already.")
    record(CUSTOMER_ENDED, actor=actor, at=now, target=customer, is_demo=customer.is_demo)


@transaction.atomic
def open_assist(
    *,
    customer: BusinessCustomer,
    right: str,
    words: str,
    asked_on: dt.date,
    due_on: dt.date | None = None,
    their_reference: str = "",
    actor: Actor,
    now: dt.datetime,
) -> Assist:
    """Note what a customer needs from us for a request of its own people. `due_on`: ten days on where none is
    agreed. InvalidInput names the field."""
    if right not in RIGHTS:
        raise InvalidInput("Choose the right that it is about.", field="right")
    if not words.strip():
        raise InvalidInput("Write what the customer needs from us.", field="words")
    if asked_on > clock.local_date(now, settings.KEPT_TIME_ZONE):
        raise InvalidInput("This day is still to come.", field="asked_on")
    due_on = due_on or asked_on + dt.timedelta(days=ASSIST_WITHIN_DAYS)
    if due_on < asked_on:
        raise InvalidInput("The help cannot be due before it was asked for.", field="due_on")
    row = Assist.objects.create(
        customer=customer,
        right=right,
        their_reference=one_line(their_reference),
        words=words.strip(),
        asked_on=asked_on,
        due_on=due_on,
        made_by=actor.id,
        is_demo=customer.is_demo,
    )
    record(ASSIST_OPENED, actor=actor, at=now, target=row, is_demo=row.is_demo, due_on=due_on.isoformat())
    return row


@transaction.atomic
def finish_assist(*, assist: Assist, result: str, actor: Actor, now: dt.datetime) -> None:
    """Say what was done. InvalidInput names `result`; StaleState where it is done already."""
    if not result.strip():
        raise InvalidInput("Write what was done for the customer.", field="result")
    row = Assist.objects.select_for_update(no_key=True).get(pk=assist.pk)
    if row.done_at:
        raise StaleState("This is done already.")
    row.result, row.done_at, row.done_by = result.strip(), now, actor.id
    row.save(update_fields=["result", "done_at", "done_by"])
    record(ASSIST_DONE, actor=actor, at=now, target=row, is_demo=row.is_demo)


@transaction.atomic
def file_of_customer(*, customer: BusinessCustomer, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """What we keep about the requests of one customer's people, for that customer alone. Handing it out is an act."""
    own = {"customer": customer} if is_on("referring.assists") else {}
    rows = Referral.objects.filter(**own).select_related("subject_request").order_by("referred_at", "id")
    referrals = list(rows.prefetch_related("subject_request__items"))
    body: dict[str, Any] = {
        "customer": customer.name,
        "referrals": [
            {
                "reference": row.subject_request.reference,
                "received_at": row.subject_request.received_at,
                "asked": sorted(item.right for item in row.subject_request.items.all()),
                "state": row.state,
                "referred_at": row.referred_at,
                "acknowledged_at": row.acknowledged_at,
            }
            for row in referrals
        ],
        "assists": [
            {
                "their_reference": row.their_reference,
                "right": row.right,
                "asked_on": row.asked_on,
                "due_on": row.due_on,
                "done_at": row.done_at,
                "words": row.words,
                "result": row.result,
            }
            for row in Assist.objects.filter(**own).order_by("asked_on", "id")
        ],
    }
    count = len(body["referrals"]) + len(body["assists"])
    record(CUSTOMER_EXPORTED, actor=actor, at=now, target=customer, is_demo=customer.is_demo, rows=count)
    return body
