"""Answer the rights that are not an erasure: decide each, do what it means, then send one letter for all.

What a decision means happens in its own transaction: a restriction stands, an objection ends uses, a package is
found whole. Outside systems that no connector corrects are people's work, and each must have an answer.
"""

import datetime as dt
import uuid
from collections.abc import Callable

from django.db import transaction

from dsr.models import ItemAnswer, RequestItem, SubjectRequest, SystemAnswer
from dsr.outcomes import NEEDS_IDENTITY, Decision, check_decision
from dsr.services.letters import answer_text, write_answer
from dsr.services.moving import move, note_history
from dsr.services.planning import person_of_case
from dsr.services.releasing import package_of, package_to_release, release_case_package
from dsr.states import Right, State
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, StaleState
from privacy.personal_data.contract import Person, handlers
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.prepared import ask_for_package, drop_package
from privacy.personal_data.restricting import restrict_subject
from privacy.policy.board import is_on
from privacy.policy.objections import object_to

OURS = "kept"


def outside_systems() -> dict[str, str]:
    """Key → label of every connected system that is not ours."""
    return {handler.key: handler.label for handler in handlers.all() if handler.system != OURS}


def person_of_package(package: PreparedPackage) -> Person:
    """Whom a package that answers a case is about."""
    case = SubjectRequest.objects.select_related("contact").filter(pk=package.case_id or package.pk).get()
    return person_of_case(case)


def build_case_package(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> PreparedPackage:
    """Have the data collected that answers the case; the package that is open already, where there is one.

    Raises DomainError where the case is not worked on now, or nobody knows who asks.
    """
    _require_open(subject_request)
    _require_identity(subject_request)
    if subject_request.subject_id is None:
        raise DomainError("Nobody has confirmed who this request is about.", code="unidentified")
    return ask_for_package(
        subject_id=subject_request.subject_id,
        case_id=subject_request.pk,
        actor=actor,
        now=now,
        is_demo=subject_request.is_demo,
    )


def build_again(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> PreparedPackage:
    """Give up the package of the case and build a fresh one. Errors as those of both."""
    if package := package_of(subject_request.pk):
        drop_package(package=package, actor=actor, now=now)
    return build_case_package(subject_request=subject_request, actor=actor, now=now)


@transaction.atomic
def answer_item(*, item: RequestItem, decision: Decision, actor: Actor, now: dt.datetime) -> None:
    """Decide one right and do what that means.

    Raises InvalidInput naming the field, DomainError where the case is not worked on, nobody knows who asks, or
    the right is an erasure that was not refused; StaleState where somebody decided it before.
    """
    subject_request = SubjectRequest.objects.select_for_update(no_key=True).get(pk=item.subject_request_id)
    _require_open(subject_request)
    right = Right(item.right)
    systems = outside_systems()
    check_decision(right, decision, systems=systems)
    if decision.is_done:
        if right is Right.ERASURE:
            raise DomainError("An erasure is prepared, approved and run; its answer writes itself.", code="erasure")
        if right in NEEDS_IDENTITY:
            _require_identity(subject_request)
        EFFECTS.get(right, _no_effect)(subject_request, decision, actor, now)
    changed = RequestItem.objects.filter(pk=item.pk, decided_at=None).update(
        outcome=decision.outcome, ground=decision.ground, decided_at=now
    )
    if changed != 1:
        raise StaleState("Somebody decided this already. Load the page again.")
    ItemAnswer.objects.create(item=item, words=decision.words.strip(), decided_by=actor.id, created_at=now)
    SystemAnswer.objects.bulk_create(
        SystemAnswer(item=item, system=key, label=systems[key], answer=answer)
        for key, answer in decision.systems.items()
        if key in systems
    )
    detail = f"{right}:{decision.outcome}"
    note_history(subject_request=subject_request, kind="item_answered", actor=actor, now=now, detail=detail)


@transaction.atomic
def send_answer(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """Close a case whose every right is decided, and write the letter; its package is released with it.

    Raises DomainError where a right is open or the package is missing, StaleState where the case moved.
    """
    outcomes = _outcomes(subject_request)
    state = State.REFUSED if outcomes == {"refused"} else State.CLOSED
    outcome = outcomes.pop() if len(outcomes) == 1 else "partly"
    move(subject_request=subject_request, to=state, kind="closed", actor=actor, now=now, detail=outcome)
    package = release_case_package(subject_request=subject_request, actor=actor, now=now)
    write_answer(subject_request=subject_request, package=package, now=now)


def letter_preview(subject_request: SubjectRequest) -> str:
    """The letter as `send_answer` would write it. DomainError where it could not."""
    _require_open(subject_request)
    _outcomes(subject_request)
    return answer_text(subject_request, package_to_release(subject_request))


def _outcomes(subject_request: SubjectRequest) -> set[str]:
    items = list(subject_request.items.order_by("right"))
    if undecided := [item.get_right_display() for item in items if item.decided_at is None]:
        raise DomainError(f"Decide every right first: {', '.join(undecided)}.", code="undecided")
    return {item.outcome for item in items if item.outcome != "converted"}


def _require_open(subject_request: SubjectRequest) -> None:
    if subject_request.state != State.RECEIVED:
        raise DomainError("Nobody can decide about this request now. Load the page again.", code="not_open")


def _require_identity(subject_request: SubjectRequest) -> None:
    if subject_request.identity_level == "V0" and is_on("dsr.identity_first"):
        raise DomainError(
            "Find out first who asks: mail the confirmation again, or note your check.", code="unidentified"
        )


Effect = Callable[[SubjectRequest, Decision, Actor, dt.datetime], None]


def _no_effect(_case: SubjectRequest, _decision: Decision, _actor: Actor, _now: dt.datetime) -> None:
    """What the words say is the answer."""


def _needs_package(case: SubjectRequest, _decision: Decision, _actor: Actor, now: dt.datetime) -> None:
    package = package_of(case.pk)
    if not is_on("dsr.package_first"):
        return
    if package is None or package.state != PackageState.READY or (package.ends_at and package.ends_at <= now):
        raise DomainError("Build the package of the data first, and wait until it is ready.", code="no_package")
    if package.silent != "[]":
        raise DomainError("A system did not answer, so the package is not whole. Build it again.", code="not_whole")


def _restricts(case: SubjectRequest, _decision: Decision, actor: Actor, now: dt.datetime) -> None:
    if is_on("dsr.restriction"):
        restrict_subject(subject_id=_subject_of(case), ground="requested", actor=actor, now=now)


def _ends_uses(case: SubjectRequest, decision: Decision, actor: Actor, now: dt.datetime) -> None:
    object_to(subject_id=_subject_of(case), purposes=decision.purposes, actor=actor, now=now, said_at=case.received_at)


def _subject_of(case: SubjectRequest) -> uuid.UUID:
    if case.subject_id is None:
        raise DomainError("Nobody has confirmed who this request is about.", code="unidentified")
    return case.subject_id


EFFECTS: dict[Right, Effect] = {
    Right.ACCESS: _needs_package,
    Right.PORTABILITY: _needs_package,
    Right.RESTRICTION: _restricts,
    Right.OBJECTION: _ends_uses,
}
