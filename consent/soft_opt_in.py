"""Soft opt-in (ePrivacy 13(2)): mail to a customer about similar products, on two recorded proofs."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass

from django.db import transaction

from consent import dispatch
from consent.audit_events import PROVEN
from consent.models import ConsentEvent, SoftOptInProof
from consent.rules import LOW, RAISED
from consent.vocabulary import Door, Sale, Status
from consent.writing import How, lock_scene, write_change
from privacy.audit.services import append_evidence
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.policy.vocabulary import Basis

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Proofs:
    """`reference`: the seller's own number of the sale. `offer`: the words that offered the opt-out when the
    address was collected. Both are kept as hashes."""

    sale: str
    reference: str
    sold_on: dt.date
    product: str
    offer: str
    offered_at: dt.datetime


@transaction.atomic
def record_soft_opt_in(
    *, subject_id: uuid.UUID, purpose_code: str, proofs: Proofs, actor: Actor, now: dt.datetime, site: str = ""
) -> list[ConsentEvent]:
    """Record both proofs. Nothing is written where the person has decided already: a no stays a no, and a yes
    needs no proof.

    Raises InvalidInput(sale, reference, product, sold_on, offer, offered_at), DomainError for a purpose on
    another basis.
    """
    _check(proofs, now)
    scene = lock_scene(subject_id, purpose_code)
    if scene.wording.basis is not Basis.SOFT_OPT_IN:
        raise DomainError("This purpose does not rest on a soft opt-in.", code="other_basis", field="purpose")
    if any(one.status in LOW | RAISED | {Status.PROVEN} for one in scene.standings):
        return []
    at = scene.moment(now)
    digest = _digest(proofs.reference)
    how = How(Door.SYSTEM, said_at=proofs.offered_at, site=site, source_kind="sale", source_id=digest)
    member = next(iter(scene.subjects))
    event = write_change(scene, member, "", Status.PROVEN, how=how, actor=actor, at=at)
    append_evidence(
        SoftOptInProof(
            at=at,
            is_demo=event.is_demo,
            subject_id=member,
            purpose=purpose_code,
            event_id=event.pk,
            sale=proofs.sale,
            sale_digest=digest,
            sold_on=proofs.sold_on,
            product=proofs.product,
            offer_digest=_digest(proofs.offer),
            offered_at=proofs.offered_at,
        ),
        event=PROVEN,
        actor=actor,
        subject_id=member,
        purpose=purpose_code,
        sale=proofs.sale,
    )
    dispatch.announce([event])
    return [event]


def _check(proofs: Proofs, now: dt.datetime) -> None:
    if proofs.sale not in Sale.values:
        raise InvalidInput(f"Name the sale: {', '.join(Sale.values)}.", field="sale")
    for field, value, longest in (
        ("reference", proofs.reference, 200),
        ("product", proofs.product, 60),
        ("offer", proofs.offer, LONGEST),
    ):
        if not 0 < len(value.strip()) <= longest:
            raise InvalidInput(f"Give the {field}, at most {longest} characters.", field=field)
    if "@" in proofs.product:
        raise InvalidInput("Give the product as a code.", field="product")
    if proofs.offered_at > now:
        raise InvalidInput("The opt-out was offered when the address was collected, not later.", field="offered_at")
    if proofs.sold_on > now.date() + dt.timedelta(days=1):
        raise InvalidInput("The sale lies in the future.", field="sold_on")


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()
