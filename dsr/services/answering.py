"""Answer the rights that are not an erasure: decide each, do what it means, then send one letter for all.

What a decision means happens in its own transaction: a restriction stands, an objection ends uses, a package is
found whole. Outside systems that no connector corrects are people's work, and each must have an answer.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction

from dsr.decisions.models import ConsequenceQuestion, Proposal
from dsr.decisions.services import propose, require_nothing_proposed
from dsr.grounds import ground_in
from dsr.identity.levels import NEVER_ASKS
from dsr.identity.selectors import require_level
from dsr.letters.lint import Finding
from dsr.letters.words import sentence_for
from dsr.models import ItemAnswer, RequestItem, SubjectRequest
from dsr.outcomes import BY_PACKAGE, Decision, check_decision, check_systems
from dsr.services.consequences import ask_consequence, needs_question, require_answered
from dsr.services.converting import add_erasure
from dsr.services.effects import carry_out, regimes_of
from dsr.services.identifying import attach_subject
from dsr.services.letters import answer_findings, answer_text, write_answer
from dsr.services.moving import move, note_history
from dsr.services.planning import person_of_case
from dsr.services.releasing import contents_of, package_of, package_to_release, release_case_package
from dsr.services.second_person import why_second
from dsr.services.system_answers import (
    known_answers,
    note_system_answers,
    outside_systems,
    said_of,
    whole_decision,
)
from dsr.states import Channel, Right, State
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, StaleState
from privacy.personal_data.contract import Person
from privacy.personal_data.models import PreparedPackage
from privacy.personal_data.package import Contents
from privacy.personal_data.prepared import ask_for_package, drop_package
from privacy.policy.board import is_on
from privacy.registers.safeguards.selectors import documents_in_force


def person_of_package(package: PreparedPackage) -> Person:
    """Whom a package that answers a case is about."""
    case = SubjectRequest.objects.select_related("contact").filter(pk=package.case_id or package.pk).get()
    return person_of_case(case)


def build_case_package(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> PreparedPackage:
    """Have the data collected that answers the case; the package that is open already, where there is one.

    Raises DomainError where the case is not worked on now, or nobody knows who asks.
    """
    _require_open(subject_request)
    require_level(subject_request, subject_request.items.filter(right__in=BY_PACKAGE))
    contents = contents_of(subject_request)
    if contents == {Contents.SAFEGUARDS}:  # nobody has to say who they are: it shows no data
        attach_subject(subject_request=subject_request, actor=actor, now=now)
    if Contents.SAFEGUARDS in contents and is_on("safeguards.attached") and not documents_in_force():
        raise DomainError(
            "No document protects a transfer. Take it in under Safeguards of transfers.", code="no_document"
        )
    if subject_request.subject_id is None:
        raise DomainError("Nobody has confirmed who this request is about.", code="unidentified")
    return ask_for_package(
        subject_id=subject_request.subject_id,
        case_id=subject_request.pk,
        contents=contents,
        language=subject_request.language,
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
def answer_item(
    *, item: RequestItem, decision: Decision, actor: Actor, now: dt.datetime
) -> Proposal | ConsequenceQuestion | None:
    """Decide one right and do what that means; or, where it takes somebody else's word first, ask for that.

    A refusal, sensitive data and a child's case wait for a second person: the proposal is returned. An objection
    that may end the service waits for the person: the question is returned. None where it is done.
    Raises InvalidInput naming the field, DomainError where the case is not worked on, nobody knows who asks, or
    the right is an erasure that was not refused; StaleState where somebody decided it before.
    """
    subject_request = SubjectRequest.objects.select_for_update(no_key=True).get(pk=item.subject_request_id)
    _require_open(subject_request, item.right)
    item.subject_request = subject_request
    known = known_answers(subject_request, Right(item.right))
    decision = whole_decision(decision, known)
    regimes, labels = regimes_of(subject_request), outside_systems()
    check_decision(item.right, decision, systems=labels, regimes=regimes)
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    check_systems(
        item.right, decision, regimes, labels={**{k: one.label for k, one in known.items()}, **labels}, today=today
    )
    if RequestItem.objects.filter(pk=item.pk).exclude(decided_at=None).exists():
        raise StaleState("Somebody decided this already. Load the page again.")
    require_nothing_proposed(subject_request, item)
    require_answered(item)
    _require_may_be_done(item, decision)
    if needs_question(item, decision):
        return ask_consequence(item=item, purposes=decision.purposes, words=decision.words, actor=actor, now=now)
    if why := why_second(item, decision):
        return propose(case=subject_request, item=item, decision=decision, why=why, actor=actor, now=now)
    settle_item(item=item, decision=decision, actor=actor, decided_by=actor, now=now)
    return None


WAITS_FOR = {
    "Proposal": "Proposed. A second person reads and approves it; nothing was done yet.",
    "ConsequenceQuestion": "The person is asked first: it may end the service. Their yes on the page does it.",
}


def settle_item(*, item: RequestItem, decision: Decision, actor: Actor, decided_by: Actor, now: dt.datetime) -> None:
    """Do a decision that was checked, and note it: inside the caller's transaction, under the lock of the case.

    `actor` carries it out; `decided_by` decided it. Errors as those of `answer_item`.
    """
    subject_request, right = item.subject_request, Right(item.right)
    said = [decision.words.strip(), _paragraph(decision, subject_request)]
    _require_may_be_done(item, decision)
    if decision.is_done:
        if right is Right.CHILD_REPORT:
            add_erasure(case=subject_request, actor=actor, now=now)
        said.append(carry_out(item, decision, actor=actor, now=now))
    changed = RequestItem.objects.filter(pk=item.pk, decided_at=None).update(
        outcome=decision.outcome, ground=decision.ground, decided_at=now
    )
    if changed != 1:
        raise StaleState("Somebody decided this already. Load the page again.")
    words = "\n".join(line for line in said if line)
    evidence = decision.evidence.strip()
    ItemAnswer.objects.create(item=item, words=words, evidence=evidence, decided_by=decided_by.id, created_at=now)
    known = known_answers(subject_request, right)
    note_system_answers(item, said_of(decision, known, outside_systems()), now)
    if decision.review:
        note_history(
            subject_request=subject_request, kind="human_review", actor=decided_by, now=now, detail=decision.review
        )
    detail = f"{right}:{decision.outcome}"
    note_history(subject_request=subject_request, kind="item_answered", actor=decided_by, now=now, detail=detail)


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


def letter_findings(subject_request: SubjectRequest) -> list[Finding]:
    """What the lint says about that letter; one that stops it stops `send_answer`."""
    return answer_findings(subject_request, package_to_release(subject_request))


def _outcomes(subject_request: SubjectRequest) -> set[str]:
    items = list(subject_request.items.order_by("right"))
    if undecided := [item.get_right_display() for item in items if item.decided_at is None]:
        raise DomainError(f"Decide every right first: {', '.join(undecided)}.", code="undecided")
    return {item.outcome for item in items if item.outcome != "converted"}


def _require_open(subject_request: SubjectRequest, right: str = "") -> None:
    """What may never be asked for does not wait for the confirmation of the rest."""
    if right in NEVER_ASKS and subject_request.state == State.UNCONFIRMED:
        return
    if subject_request.channel == Channel.OPENDSR:
        raise DomainError("A business customer filed this by OpenDSR: its OpenDSR page answers it.", code="opendsr")
    if subject_request.state != State.RECEIVED:
        raise DomainError("Nobody can decide about this request now. Load the page again.", code="not_open")


def _require_may_be_done(item: RequestItem, decision: Decision) -> None:
    if not decision.is_done:
        return
    if item.right == Right.ERASURE:
        raise DomainError("An erasure is prepared, approved and run; its answer writes itself.", code="erasure")
    require_level(item.subject_request, [item])


def _paragraph(decision: Decision, subject_request: SubjectRequest) -> str:
    """What the law of the case adds to a ground."""
    found = ground_in(decision.ground, regimes_of(subject_request)[0])
    return sentence_for(subject_request.language, found.paragraph) if found and decision.is_refusal else ""
