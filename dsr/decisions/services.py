"""Propose a decision, approve exactly what was proposed, or send it back.

The order of every act: lock the case, compare and set the proposal, do what it means, note it, all in one
transaction. So of two approvers one wins; a withdrawal and an approval come one after the other; and what was
asked for meanwhile makes the proposal void.
"""

import dataclasses
import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q

from dsr.decisions.audit_events import PROPOSAL_READ
from dsr.decisions.models import Proposal
from dsr.decisions.vocabulary import ProposalState, Why
from dsr.models import RequestItem, SubjectRequest
from dsr.outcomes import Decision, Kept
from dsr.services import second_person
from dsr.services.moving import note_history
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import canonical_json, digest, plain_of
from privacy.kernel.errors import NotAllowed, StaleState
from privacy.kernel.ready import Ready

WHOLE = "whole"  # in a history row: the case, not one right of it


def propose(
    *,
    case: SubjectRequest,
    item: RequestItem | None,
    decision: Decision,
    why: list[str],
    actor: Actor,
    now: dt.datetime,
) -> Proposal:
    """Freeze a checked decision for the second person: inside the caller's transaction, under the case's lock.

    Raises NotAllowed for somebody who is no member of staff.
    """
    if actor.id is None:
        raise NotAllowed("Only a member of staff can propose a decision.")
    frozen = canonical_json({"decision": as_plain(decision), "case": facts_of(case, item)})
    proposal = Proposal.objects.create(
        subject_request=case,
        item=item,
        why=",".join(why),
        outcome=decision.outcome,
        ground=decision.ground,
        frozen=frozen,
        digest=digest([str(case.pk), frozen]),
        proposed_by=actor.id,
        proposed_at=now,
    )
    right = item.right if item else WHOLE
    detail = f"{right}:{decision.outcome}"
    note_history(subject_request=case, kind="decision_proposed", actor=actor, now=now, detail=detail)
    return proposal


def settle(*, proposal: Proposal, digest: str, actor: Actor, now: dt.datetime) -> tuple[SubjectRequest, Decision]:
    """Take an approval: inside the caller's transaction, which then carries the decision out.

    Returns the locked case and the decision. Raises NotAllowed, and StaleState where the proposal is not the open
    one any more or the request changed since.
    """
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=proposal.subject_request_id)
    found = Proposal.objects.get(pk=proposal.pk)
    approver = second_person.approver_of(
        actor, had_part={found.proposed_by, case.filed_by}, prepared_at=found.proposed_at, now=now
    )
    changed = Proposal.objects.filter(pk=found.pk, state=ProposalState.PROPOSED, digest=digest).update(
        state=ProposalState.APPROVED, settled_by=approver.user.pk, settled_at=now, is_one_pair=approver.is_one_pair
    )
    if changed != 1:
        raise StaleState("This proposal is no longer the open one. Load the page and read it again.")
    content: dict[str, Any] = found.content
    if content["case"] != facts_of(case, found.item):
        raise StaleState("The request changed since this was proposed. Send it back and decide again.")
    note_history(subject_request=case, kind="decision_approved", actor=actor, now=now, detail=digest)
    if approver.is_one_pair:
        note_history(subject_request=case, kind=second_person.ONE_PAIR, actor=actor, now=now, detail="decision")
    return case, from_plain(content["decision"])


@transaction.atomic
def send_back(*, proposal: Proposal, actor: Actor, now: dt.datetime) -> None:
    """Discard a proposal; nothing was done. Whoever proposed it may, too. StaleState where it is not open."""
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=proposal.subject_request_id)
    mine = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.PROPOSED)
    if mine.update(state=ProposalState.DISCARDED, settled_by=actor.id, settled_at=now) != 1:
        raise StaleState("This proposal is no longer open. Load the page again.")
    note_history(subject_request=case, kind="decision_sent_back", actor=actor, now=now)


def discard_open(*, case: SubjectRequest, actor: Actor, now: dt.datetime) -> int:
    """Discard what waits on a case that ends or is decided otherwise; how many. In the caller's transaction."""
    return int(open_proposals(case).update(state=ProposalState.DISCARDED, settled_by=actor.id, settled_at=now))


@transaction.atomic
def read_proposal(*, proposal: Proposal, actor: Actor, now: dt.datetime) -> Decision:
    """The decision that waits, for somebody of staff: reading it is an act, and audited."""
    case = proposal.subject_request
    record(PROPOSAL_READ, actor=actor, at=now, subject_id=case.subject_id, target=proposal, is_demo=case.is_demo)
    content: dict[str, Any] = proposal.content
    return from_plain(content["decision"])


def open_proposals(case: SubjectRequest) -> Any:
    """What waits for a second person on a case."""
    return _proposed(case.pk)


def _proposed(case: Any) -> Any:
    return Proposal.objects.filter(subject_request_id=case, state=ProposalState.PROPOSED)


PROPOSED = Ready(_proposed)
PROPOSED_OF_ITEM = Ready(lambda case, item: _proposed(case).filter(Q(item=None) | Q(item_id=item)))


def require_nothing_proposed(case: SubjectRequest, item: RequestItem | None = None) -> None:
    """StaleState while a decision about this right, or about all of the case, waits for its second person."""
    if PROPOSED_OF_ITEM.any(case.pk, item.pk) if item else PROPOSED.any(case.pk):
        raise StaleState("A proposed decision waits for a second person. Approve it or send it back first.")


def facts_of(case: SubjectRequest, item: RequestItem | None) -> dict[str, Any]:
    """What a proposal was made for: it is void once any of it is otherwise."""
    items = [item] if item else list(case.items.order_by("right"))
    return {
        "state": case.state,
        "subject": str(case.subject_id or ""),
        "regime": case.regime,
        "rights": [[str(one.pk), one.right, bool(one.decided_at)] for one in items],
    }


def as_plain(decision: Decision) -> dict[str, Any]:
    """A decision as JSON values."""
    plain = dataclasses.asdict(decision)
    kept = {
        key: {**dataclasses.asdict(one), "review_on": plain_of(one.review_on)} for key, one in decision.kept.items()
    }
    return {**plain, "systems": dict(decision.systems), "kept": kept, "purposes": list(decision.purposes)}


def from_plain(values: dict[str, Any]) -> Decision:
    """Read back what `as_plain` wrote."""
    kept = {key: _kept(one) for key, one in values.get("kept", {}).items()}  # older proposals have none
    return Decision(**{**values, "purposes": tuple(values["purposes"]), "kept": kept})


def _kept(one: dict[str, Any]) -> Kept:
    return Kept(one["ground"], one["words"], dt.date.fromisoformat(one["review_on"]) if one["review_on"] else None)


def whole_refusal(ground: str, reasons: str, evidence: str) -> tuple[Decision, list[str]]:
    """The refusal of a whole case as a decision, and why it needs a second person."""
    return Decision("refused", words=reasons.strip(), ground=ground, evidence=evidence.strip()), [Why.REFUSAL.value]
