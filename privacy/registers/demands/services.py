"""File a legal demand, note why it is necessary, approve it twice, decline it, carry it out.

Each step compares and sets: of two at once one wins, the other is told to load the page again.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.selectors import find_subjects
from privacy.audit.services import append_evidence, record
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.canonical import digest
from privacy.kernel.errors import InvalidInput, NotAllowed, StaleState
from privacy.kernel.texts import one_line
from privacy.personal_data.models import Subject
from privacy.policy.board import is_on
from privacy.policy.models import Purpose
from privacy.policy.selectors import purpose
from privacy.registers.demands import audit_events as events
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.vocabulary import CONTENTS, OPEN, PURPOSES, SHORTEST_NOTE, DemandGround, DemandState
from privacy.registers.models import Disclosure, RecipientFile
from privacy.registers.rules import Use, refusal
from privacy.registers.selectors import policy_recipients, taker_of, use_of

CHANGED = "Somebody changed this demand a moment ago. Load the page and read it again."


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked, as the form takes it; `kind` and `identifier` say of whom."""

    kind: str
    identifier: str
    recipient: str
    instrument: str
    dated_on: dt.date
    ground: str
    categories: tuple[str, ...]
    contents: str = ""
    necessity: str = ""
    gag_until: dt.date | None = None


@transaction.atomic
def file_demand(*, demand: Demand, actor: Actor, now: dt.datetime) -> LegalDemand:
    """Write a demand down. Nothing goes out by it.

    Raises InvalidInput, naming the field, for what nobody may ask or no file allows; NotAllowed without the right.
    """
    user = _member(actor, "file_demand")
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    if demand.ground not in set(DemandGround):
        raise InvalidInput("Choose the ground.", field="ground")
    if not demand.instrument.strip():
        raise InvalidInput("Name the instrument, such as the number of the order.", field="instrument")
    if demand.dated_on > today:
        raise InvalidInput("The instrument cannot be dated after today.", field="dated_on")
    if demand.gag_until and demand.gag_until < demand.dated_on:
        raise InvalidInput("The gag ends before the instrument is dated.", field="gag_until")
    _require_scope(demand.recipient, demand.ground, demand.categories, today)
    if set(demand.categories) & CONTENTS and not demand.contents.strip():
        raise InvalidInput("Say which contents are meant: they need a scope of their own.", field="contents")
    found = find_subjects(demand.kind, demand.identifier)
    if len(found) != 1:
        raise InvalidInput("This names nobody, or several people. Ask the authority whom it means.", field="identifier")
    row = LegalDemand.objects.create(
        subject_id=found[0],
        recipient=demand.recipient,
        instrument=one_line(demand.instrument)[:300],
        dated_on=demand.dated_on,
        ground=demand.ground,
        categories=sorted(set(demand.categories)),
        contents=demand.contents.strip(),
        necessity=demand.necessity.strip(),
        gag_until=demand.gag_until,
        filed_by=user.pk,
        filed_at=now,
        is_demo=Subject.objects.filter(pk=found[0], is_demo=True).exists(),
    )
    record(
        events.FILED,
        actor=actor,
        at=now,
        target=row,
        is_demo=row.is_demo,
        recipient=row.recipient,
        ground=str(row.ground),
    )
    return row


def _require_scope(recipient: str, ground: str, categories: tuple[str, ...], today: dt.date) -> tuple[str, Purpose]:
    """The recipient's file, with the purpose that carries the ground. The law may ask beyond the categories of the
    purpose; it gets no more than the policy lets this kind of recipient have."""
    kinds = policy_recipients()
    terms = purpose(PURPOSES[DemandGround(ground)])
    row = RecipientFile.objects.filter(code=recipient).first()
    taker = taker_of(row, kinds) if row else None
    if not categories:
        raise InvalidInput("Choose what goes out; a demand for everything is no scope.", field="categories")
    use = Use(use_of(terms).recipients, taker.categories if taker else frozenset())
    reason = refusal(taker, use, categories, today)
    if reason == "category_not_in_purpose":
        allowed = ", ".join(sorted(use.categories))
        raise InvalidInput(f"The file lets it have: {allowed}. Choose of these.", field="categories")
    if reason or row is None:
        raise InvalidInput(f"Nothing may go there: {reason}. Look at its recipient file.", field="recipient")
    return row.code, terms


def _member(actor: Actor, right: str) -> User:
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise NotAllowed("Only a member of legal works on legal demands.")
    user = User.objects.filter(pk=actor.id, is_active=True).first()
    if user is None or not user.has_perm(f"demands.{right}"):
        raise NotAllowed("You may not do this with legal demands.")
    return user


@transaction.atomic
def note_necessity(*, demand_id: uuid.UUID, note: str, version: int, actor: Actor, now: dt.datetime) -> None:
    """Say why it is necessary, before anybody approved. InvalidInput for less than a sentence; StaleState later."""
    _member(actor, "file_demand")
    if len(note.strip()) < SHORTEST_NOTE:
        raise InvalidInput("Say in a sentence why this is necessary, and why less would not do.", field="necessity")
    same = LegalDemand.objects.filter(pk=demand_id, state=DemandState.FILED, version=version)
    if same.update(version=version + 1) != 1:
        raise StaleState(CHANGED)
    row = LegalDemand.objects.get(pk=demand_id)
    row.necessity = note.strip()
    row.save(update_fields=["necessity"])
    record(events.NOTED, actor=actor, at=now, target=row, is_demo=row.is_demo, version=row.version)


@transaction.atomic
def approve_demand(*, demand_id: uuid.UUID, version: int, actor: Actor, now: dt.datetime) -> DemandState:
    """One approval of the version that was read; the second lets the data out.

    Raises NotAllowed for whoever filed it or has approved it already, InvalidInput where the note of necessity is
    missing, StaleState where it is not what was read any more.
    """
    user = _member(actor, "approve_demand")
    row = LegalDemand.objects.get(pk=demand_id)
    if user.pk in {row.filed_by, row.first_by}:
        raise NotAllowed("Two other people approve: not who filed it, and nobody twice.")
    if len(row.necessity) < SHORTEST_NOTE and is_on("demands.necessity"):
        raise InvalidInput("The note of necessity is missing. Without it nobody can approve.", field="necessity")
    same = LegalDemand.objects.filter(pk=demand_id, version=version, state=row.state)
    one_is_enough = not is_on("demands.two_approvals")
    if row.state == DemandState.FILED:
        state, number = DemandState.APPROVED if one_is_enough else DemandState.ONCE, 1
        changed = same.update(state=state, version=version + 1, first_by=user.pk, first_at=now)
    elif row.state == DemandState.ONCE:
        state, number = DemandState.APPROVED, 2
        changed = same.update(state=state, version=version + 1, second_by=user.pk, second_at=now)
    else:
        changed, state, number = 0, DemandState(row.state), 0
    if changed != 1:
        raise StaleState(CHANGED)
    record(events.APPROVED, actor=actor, at=now, target=row, is_demo=row.is_demo, approval=number)
    return state


@transaction.atomic
def decline_demand(*, demand_id: uuid.UUID, version: int, actor: Actor, now: dt.datetime) -> None:
    """Nothing goes out, for good. StaleState where it is not what was read any more."""
    user = _member(actor, "approve_demand")
    row = LegalDemand.objects.get(pk=demand_id)
    same = LegalDemand.objects.filter(pk=demand_id, version=version, state__in=OPEN)
    if same.update(state=DemandState.DECLINED, version=version + 1, closed_by=user.pk, closed_at=now) != 1:
        raise StaleState(CHANGED)
    record(events.DECLINED, actor=actor, at=now, target=row, is_demo=row.is_demo)


@transaction.atomic
def carry_out(*, demand_id: uuid.UUID, version: int, actor: Actor, now: dt.datetime) -> Disclosure:
    """Write the disclosure into the ledger, which is what permits the package.

    Raises StaleState before both approvals, and for the second of two at once; InvalidInput where the recipient's
    file has ended since.
    """
    user = _member(actor, "file_demand")
    same = LegalDemand.objects.filter(pk=demand_id, version=version, state=DemandState.APPROVED)
    disclosure_id = uuid.uuid4()
    closing = {"closed_by": user.pk, "closed_at": now, "disclosure_id": disclosure_id, "version": version + 1}
    if same.update(state=DemandState.DISCLOSED, **closing) != 1:
        raise StaleState("Two people must have approved exactly this, and nobody may have carried it out.")
    row = LegalDemand.objects.get(pk=demand_id)
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    _, terms = _require_scope(row.recipient, row.ground, tuple(row.categories), today)
    disclosure = Disclosure(
        id=disclosure_id,
        at=now,
        is_demo=row.is_demo,
        subject_id=row.subject_id,
        recipient=row.recipient,
        purpose=terms.code,
        categories=" ".join(row.categories),
        basis=terms.basis,
        policy_on=terms.version.effective_on,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        idem_hash=digest(["legal-demand", str(row.pk)]),
        body_mac=digest([str(row.pk), *row.categories]),
    )
    return append_evidence(
        disclosure,
        event=events.DISCLOSED,
        actor=actor,
        target=row,
        recipient=row.recipient,
        purpose=terms.code,
        categories=disclosure.categories[:200],
        basis=terms.basis,
    )
