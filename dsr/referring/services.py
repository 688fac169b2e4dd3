"""Acts of referring: the first question of triage, the referral with its two letters, and the reminder."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from dsr.letters.words import letter_language
from dsr.models import RequestItem, SubjectRequest
from dsr.referring.models import BusinessCustomer, Referral, ReferralState
from dsr.referring.rules import LONGEST_NAME
from dsr.rights import label_of
from dsr.services.letters import keep_and_send
from dsr.services.moving import move, note_history
from dsr.states import Role, State
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.kernel.texts import one_line
from privacy.policy.board import is_on

REFERRED = "referred"
AT_ONCE = 200


@transaction.atomic
def set_role(*, subject_request: SubjectRequest, role: str, actor: Actor, now: dt.datetime) -> None:
    """Say in which role we hold what a case is about. InvalidInput names `role`; DomainError where nobody works on
    it, or a right is decided already."""
    if role not in {Role.CONTROLLER, Role.PROCESSOR}:
        raise InvalidInput("Choose who decides about the data: we, or a business customer.", field="role")
    if subject_request.state != State.RECEIVED or subject_request.items.exclude(decided_at=None).exists():
        raise DomainError(
            "Nobody can sort this request now: it waits, has ended, or is partly decided.", code="not_open"
        )
    changed = SubjectRequest.objects.filter(pk=subject_request.pk, state=State.RECEIVED).exclude(role=role)
    if changed.update(role=role):
        subject_request.role = role
        note_history(subject_request=subject_request, kind="triaged", actor=actor, now=now, detail=role)


@transaction.atomic
def refer(
    *,
    subject_request: SubjectRequest,
    named: str,
    customer: BusinessCustomer | None,
    actor: Actor,
    now: dt.datetime,
) -> Referral:
    """Pass a request on to the business customer that the person named, and tell the person whom to ask.

    Nothing is looked up, and both letters are the same whether we hold anything or not; the person's is the same
    also where the company is no customer of ours (`customer` None). InvalidInput names `named`; DomainError where
    nobody works on the case.
    """
    named = one_line(named)
    if not named and is_on("referring.customer_named"):
        raise InvalidInput(
            "Write the company as the person named it. Without a name ask the person first.", field="named"
        )
    if len(named) > LONGEST_NAME:
        raise InvalidInput(f"Shorten the name to {LONGEST_NAME} characters.", field="named")
    if customer and customer.ended_at:
        raise InvalidInput("This customer has left. Choose none; the person is told whom to ask.", field="customer")
    set_role(subject_request=subject_request, role=Role.PROCESSOR, actor=actor, now=now)
    RequestItem.objects.filter(subject_request=subject_request).update(outcome=REFERRED, decided_at=now)
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    referral = Referral.objects.create(
        subject_request=subject_request,
        customer=customer,
        named=named,
        state=ReferralState.SENT if customer else ReferralState.TOLD,
        referred_at=now,
        referred_by=actor.id,
        remind_on=today + dt.timedelta(days=customer.remind_after_days) if customer else None,
        is_demo=subject_request.is_demo,
    )
    if customer:
        _mail_customer("referring.referral", referral, now)
    keep_and_send(subject_request=subject_request, kind="referral", text=_told(subject_request, named), now=now)
    detail = "sent" if customer else "told"
    move(subject_request=subject_request, to=State.REFERRED, kind=REFERRED, actor=actor, now=now, detail=detail)
    return referral


@transaction.atomic
def remind_customers(*, actor: Actor, now: dt.datetime) -> dict[str, int | str]:
    """Remind each customer once of what it has not acknowledged, when its days are over. Returns the count."""
    if not is_on("referring.referred_in_time"):
        return {"reminded": 0}
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    due = (
        Referral.objects.filter(state=ReferralState.SENT, reminded_at=None, remind_on__lte=today)
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .order_by("remind_on", "id")
    )
    rows = list(due[:AT_ONCE])
    for row in rows:
        Referral.objects.filter(pk=row.pk).update(reminded_at=now)
        _mail_customer("referring.reminder", row, now)
        case = SubjectRequest.objects.get(pk=row.subject_request_id)
        note_history(subject_request=case, kind="referral_reminded", actor=actor, now=now)
    return {"reminded": len(rows)}


@transaction.atomic
def acknowledge_referral(*, referral: Referral, actor: Actor, now: dt.datetime) -> None:
    """Note that the customer has it. StaleState where that is noted already, or nothing was sent."""
    rows = Referral.objects.filter(pk=referral.pk, state=ReferralState.SENT)
    if rows.update(state=ReferralState.ACKNOWLEDGED, acknowledged_at=now) != 1:
        raise StaleState("This referral does not wait for an answer any more.")
    case = referral.subject_request
    note_history(subject_request=case, kind="referral_acknowledged", actor=actor, now=now)


def _told(case: SubjectRequest, named: str) -> str:
    """What the person reads. It says nothing about data."""
    with override(letter_language(case.language)):
        return render_to_string(
            "dsr/mail/referral_told.txt",
            {
                "reference": case.reference,
                "name": case.contact.name,
                "received_on": clock.local_date(case.received_at, settings.KEPT_TIME_ZONE),
                "asked": [label_of(right) for right in case.items.order_by("right").values_list("right", flat=True)],
                "named": named,
                "site_name": settings.SITE_NAME,
                "base_url": settings.KEPT_BASE_URL,
            },
        )


def _mail_customer(template: str, referral: Referral, now: dt.datetime) -> None:
    assert referral.customer is not None  # noqa: S101 - for the type checker
    queue_mail(
        template,
        idem_key=f"{template}:{referral.pk}",
        to=referral.customer.email,
        context={"referral": str(referral.pk)},
        now=now,
        is_demo=referral.is_demo,
    )
