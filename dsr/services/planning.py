"""The preview: what an erasure would do, system by system and table by table. Nothing is touched."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.selectors import person_of
from dsr.audit_events import PREVIEWED
from dsr.decisions.services import require_nothing_proposed
from dsr.freezing import freeze
from dsr.identity.selectors import is_about_child, require_level
from dsr.models import ErasurePlan, RequestItem, SubjectRequest
from dsr.selectors import items_of
from dsr.services.clocks import is_waiting_for, note_clock_event
from dsr.services.identifying import attach_subject
from dsr.services.moving import move, note_history
from dsr.services.ruling import with_rulings
from dsr.states import Right, State
from privacy.audit.services import record
from privacy.kernel import identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import digest
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.ready import Ready
from privacy.kernel.statements import insert
from privacy.personal_data.contract import Action, Handler, HandlerPlan, HandlerUnavailable, Identity, Person
from privacy.personal_data.model_handler import ModelHandler
from privacy.personal_data.ordering import in_erasure_order
from privacy.personal_data.presence import erasures_of, with_rows

PLANS = Ready(lambda case: ErasurePlan.objects.filter(subject_request_id=case).values_list("number", flat=True))


@dataclass
class Preview:
    """What every system answered. `problems` must be mended before anybody can approve."""

    person: Person
    plans: list[tuple[Handler, HandlerPlan]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(table.rows for _, plan in self.plans for table in plan.tables)

    def summary(self) -> list[dict[str, Any]]:
        """The preview without row keys: for pages, letters and the `erase_preview` command."""
        return [_summarize(handler, plan) for handler, plan in self.plans]


def person_of_case(subject_request: SubjectRequest) -> Person:
    """Whom the case is about: the alias set, every known identifier, and the confirmed contact address."""
    if subject_request.subject_id is None:
        raise DomainError("Nobody has confirmed who this request is about.", code="unidentified")
    person = person_of(subject_request.subject_id)
    contact = getattr(subject_request, "contact", None)
    is_own = subject_request.identity_level != "V0" and not is_about_child(subject_request)
    if contact and contact.email and is_own:
        identity = Identity("email", identifiers.normalize("email", contact.email))
        if identity not in person.identities:
            person = Person(person.subject_ids, (*person.identities, identity))
    return with_rulings(person, subject_request)


def preview_erasure(*, person: Person, now: dt.datetime) -> Preview:
    """Ask every handler for its plan. A system that does not answer becomes a problem, not a gap."""
    preview, everybody = Preview(person), in_erasure_order()
    filled = [handler for handler in with_rows(person, everybody) if isinstance(handler, ModelHandler)]
    ours = erasures_of(person, filled)
    for handler in everybody:
        if isinstance(handler, ModelHandler):
            preview.plans.append((handler, ours.get(handler.key) or HandlerPlan(handler.key, Action.ERASE)))
            continue
        try:
            plan = handler.plan(person, Action.ERASE, now=now)
        except HandlerUnavailable as error:
            preview.problems.append(f"{handler.label} did not answer ({error}). Try again when it does.")
            continue
        preview.plans.append((handler, plan))
        preview.problems += [f"{handler.label}: {problem}" for problem in plan.problems]
    return preview


@transaction.atomic
def show_preview(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> Preview:
    """A preview for a person of legal: looking at it is an act, and audited."""
    preview = preview_erasure(person=person_of_case(subject_request), now=now)
    record(
        PREVIEWED,
        actor=actor,
        at=now,
        subject_id=subject_request.subject_id,
        target=subject_request,
        is_demo=subject_request.is_demo,
        tables=sum(len(plan.tables) for _, plan in preview.plans),
        rows=preview.rows,
    )
    return preview


def prepare_erasure(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> ErasurePlan:
    """Freeze the plan of an erasure for the second person.

    Raises DomainError where the person is not identified, where erasure was not asked for, where another right is
    not decided yet, or where a system did not answer or refused its plan.
    """
    items = items_of(subject_request)
    erasures = [item for item in items if item.right == Right.ERASURE]
    require_level(subject_request, erasures)
    if not erasures:
        raise InvalidInput("This request does not ask for erasure.", field="right")
    _require_decided([item for item in items if item.right != Right.ERASURE])
    require_nothing_proposed(subject_request)
    preview = preview_erasure(person=person_of_case(subject_request), now=now)
    if preview.problems:
        raise DomainError(" ".join(preview.problems), code="plan_problems")
    return freeze_plan(subject_request=subject_request, preview=preview, actor=actor, now=now)


def _require_decided(others: Iterable[RequestItem]) -> None:
    """What the other rights need would be gone after an erasure."""
    if rights := [item.get_right_display() for item in others if item.decided_at is None]:
        raise DomainError(f"Answer the other rights first: {', '.join(rights)}.", code="others_first")


@transaction.atomic
def freeze_plan(
    *,
    subject_request: SubjectRequest,
    preview: Preview,
    actor: Actor,
    now: dt.datetime,
    is_supplementary: bool = False,
) -> ErasurePlan:
    """Store a preview as the plan that the second person approves or discards."""
    frozen = freeze(preview.person, [plan for _, plan in preview.plans])
    plan = ErasurePlan(
        subject_request=subject_request,
        number=len(PLANS.all(subject_request.pk)) + 1,
        frozen=frozen,
        digest=digest([frozen]),
        summary=json.dumps(preview.summary()),
        is_supplementary=is_supplementary,
        prepared_by=actor.id,
        prepared_at=now,
    )
    move(subject_request=subject_request, to=State.PREPARED, kind="prepared", actor=actor, now=now, detail=plan.digest)
    insert(plan)
    return plan


@transaction.atomic
def discard_plan(*, plan: ErasurePlan, actor: Actor, now: dt.datetime) -> None:
    """Send a prepared plan back to the queue; nothing was touched. DomainError where it is not open."""
    if plan.is_supplementary:
        raise DomainError("Rows beyond the first plan must be erased or held before the case can close.")
    if ErasurePlan.objects.filter(pk=plan.pk, state="prepared").update(state="discarded") != 1:
        raise DomainError("This plan is no longer open.", code="stale")
    subject_request = plan.subject_request
    move(subject_request=subject_request, to=State.RECEIVED, kind="discarded", actor=actor, now=now)


@transaction.atomic
def record_identity_check(*, subject_request: SubjectRequest, method: str, actor: Actor, now: dt.datetime) -> None:
    """Legal vouches for who asks (`method`: a code such as letter_signature or known_customer)."""
    if method not in IDENTITY_METHODS:
        raise InvalidInput("Choose how you checked who asks.", field="method")
    changed = SubjectRequest.objects.filter(pk=subject_request.pk, identity_level="V0").update(identity_level="V1")
    if changed != 1:
        raise DomainError("This request is identified already.", code="stale")
    subject_request.identity_level = "V1"
    attach_subject(subject_request=subject_request, actor=actor, now=now)
    note_history(subject_request=subject_request, kind="identity_checked", actor=actor, now=now, detail=method)
    if is_waiting_for(subject_request, "identity_requested", "identity_confirmed"):
        note_clock_event(subject_request=subject_request, name="identity_confirmed", actor=actor, now=now)


IDENTITY_METHODS = {
    "letter_signature": "The signature and address of the letter match what we hold",
    "call_back": "We called back on a number that we hold",
    "known_correspondence": "The request came inside a correspondence that we hold",
}


def _summarize(handler: Handler, plan: HandlerPlan) -> dict[str, Any]:
    return {
        "system": handler.system,
        "handler": handler.key,
        "label": handler.label,
        "not_offered": plan.not_offered,
        "nothing_held": plan.nothing_held,
        "tables": [
            {
                "table": table.table,
                "treatment": table.treatment.value,
                "rows": table.rows,
                "fields": list(table.fields),
                "kept_fields": list(table.kept_fields),
                "ground": table.ground,
                "until": table.until.isoformat() if table.until else None,
                "note": table.note,
                "is_held": table.is_held,
            }
            for table in plan.tables
        ],
        "residuals": [{"table": r.table, "what": r.what, "why": r.why, "who": r.who} for r in plan.residuals],
        "problems": list(plan.problems),
    }
