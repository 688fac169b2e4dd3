"""Pass data on: only to a recipient with a file, for a purpose that names it, and where consent is the basis with
the person's grant for exactly that recipient, purpose and data. Each time is a row; each no is counted."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.selectors import find_subjects
from privacy.audit.services import append_evidence
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import digest
from privacy.kernel.errors import DomainError, NotAllowed, StaleState
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.policy import decision_gate, grant_requests
from privacy.policy.board import is_on
from privacy.policy.grant_requests import Wanted
from privacy.policy.models import Purpose
from privacy.policy.selectors import purpose
from privacy.policy.vocabulary import RecipientRole, Switch
from privacy.registers.audit_events import DISCLOSED
from privacy.registers.models import Disclosure, RecipientFile, RefusedDisclosure
from privacy.registers.rules import refusal
from privacy.registers.selectors import policy_recipients, shown_of, taker_of, use_of


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody would pass on, to whom, and why."""

    kind: str
    identifier: str
    recipient: str
    purpose: str
    categories: tuple[str, ...]


class Refused(NotAllowed):
    """It may not go there; `code` says why."""


def disclose(*, wish: Wish, idem_key: str, body_mac: str, actor: Actor, now: dt.datetime) -> tuple[Disclosure, bool]:
    """Write the disclosure down, which is what permits it; the row, and whether it is new.

    Raises Refused (and counts it), and StaleState for a reused Idempotency-Key.
    """
    try:
        return _disclose(wish, idem_key=idem_key, body_mac=body_mac, actor=actor, now=now)
    except Refused as error:
        _count(wish, error.code, now)
        raise


@transaction.atomic
def _disclose(wish: Wish, *, idem_key: str, body_mac: str, actor: Actor, now: dt.datetime) -> tuple[Disclosure, bool]:
    idem_hash = digest([idem_key])
    if before := _before(actor, idem_hash, body_mac):
        return before, False
    row, terms = _file_and_terms(wish, now)
    subject_id = _known(wish)
    people = alias_set(subject_id)
    # A withdrawal waits until this is written, or this waits for it and is refused.
    list(Subject.objects.select_for_update().filter(pk__in=people).order_by("pk").values_list("pk"))
    grant_id = _permission(row, terms, subject_id, wish.categories, now)
    disclosure = Disclosure(
        at=now,
        is_demo=Subject.objects.filter(pk=subject_id, is_demo=True).exists(),
        subject_id=subject_id,
        recipient=row.code,
        purpose=terms.code,
        categories=" ".join(wish.categories) if is_on("registers.shares") else "",
        basis=terms.basis,
        grant_id=grant_id,
        policy_on=terms.version.effective_on,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        idem_hash=idem_hash,
        body_mac=body_mac,
    )
    try:
        with transaction.atomic():
            append_evidence(
                disclosure,
                event=DISCLOSED,
                actor=actor,
                subject_id=subject_id,
                recipient=row.code,
                purpose=terms.code,
                categories=disclosure.categories[:200],
                basis=terms.basis,
            )
    except IntegrityError:  # the same report at the same moment
        found = _before(actor, idem_hash, body_mac)
        if found is None:
            raise
        return found, False
    return disclosure, True


def _before(actor: Actor, idem_hash: str, body_mac: str) -> Disclosure | None:
    found = Disclosure.objects.filter(actor_id=actor.id, idem_hash=idem_hash).first()
    if found is not None and found.body_mac != body_mac:
        raise StaleState(
            "This Idempotency-Key came before with another body. Use a new key for each disclosure.",
            field="Idempotency-Key",
            code="idempotency_key_reused",
        )
    return found


def _file_and_terms(wish: Wish, now: dt.datetime) -> tuple[RecipientFile, Purpose]:
    """What the file and the policy say, before anything is asked about the person."""
    roles = policy_recipients()
    row = RecipientFile.objects.filter(code=wish.recipient).first()
    try:
        terms = purpose(wish.purpose)
    except DomainError:
        terms = None
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    reason = refusal(taker_of(row, roles) if row else None, use_of(terms) if terms else None, wish.categories, today)
    if not reason and row and roles[row.policy_code].role == RecipientRole.AUTHORITY and is_on("demands.two_approvals"):
        reason = "needs_legal_demand"  # a key alone lets nothing out to an authority
    if reason or row is None or terms is None:
        raise Refused(
            f"This may not go to this recipient: {reason}.", field=FIELDS.get(reason, "recipient"), code=reason
        )
    return row, terms


FIELDS = {
    "unknown_purpose": "purpose",
    "recipient_not_in_purpose": "purpose",
    "category_not_in_purpose": "categories",
    "category_not_for_recipient": "categories",
}


def _known(wish: Wish) -> uuid.UUID:
    """The person; of several with one address nobody, because one of them did not agree."""
    found = find_subjects(wish.kind, wish.identifier)
    if len(found) != 1:
        raise Refused("Nobody here is known by this, so nobody has agreed.", field="subject", code="unknown_person")
    return found[0]


def _permission(
    row: RecipientFile, terms: Purpose, subject_id: uuid.UUID, categories: Sequence[str], now: dt.datetime
) -> uuid.UUID | None:
    """The grant for exactly this, where consent is the basis; None where another basis carries it. Refused
    otherwise."""
    for category in categories:
        answer = decision_gate.ask(subject_id=subject_id, purpose=terms.code, category=category, now=now)
        if not answer.allowed:
            raise Refused(f"The person has not agreed: {answer.reason}.", field="subject", code=answer.reason)
    if terms.switch is not Switch.CONSENT or not is_on("registers.named_consent"):
        return None
    seen = shown_of(row, terms, policy_recipients())
    wanted = Wanted(subject_id, row.scope, seen.digest)
    [granted] = grant_requests.granted(purpose=terms.code, wanted=[wanted], now=now)
    if not granted.allowed or not set(categories) <= set(seen.categories):
        raise Refused(
            f"The person has not agreed to exactly this recipient: {granted.reason}.",
            field="recipient",
            code=granted.reason if not granted.allowed else "category_not_granted",
        )
    return granted.event_id


@transaction.atomic
def _count(wish: Wish, reason: str, now: dt.datetime) -> None:
    """One more no. Codes that nobody knows are not kept: a name could be typed there."""
    is_file = RecipientFile.objects.filter(code=wish.recipient).exists()
    row, _ = RefusedDisclosure.objects.get_or_create(
        day=clock.local_date(now, settings.KEPT_TIME_ZONE),
        recipient=wish.recipient if is_file else "",
        purpose=wish.purpose if reason != "unknown_purpose" and is_file else "",
        reason=reason,
    )
    RefusedDisclosure.objects.filter(pk=row.pk).update(count=F("count") + 1)
