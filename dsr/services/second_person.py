"""The second pair of eyes: who may approve, and what needs it.

Never the one who filed or decided. Where nobody else may approve, the same person does so a day later, and the
evidence says that one pair of eyes looked twice.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from accounts.selectors import person_of, staff_with
from dsr.decisions.vocabulary import ALONE_AFTER, Why
from dsr.identity.levels import Sensitivity
from dsr.identity.selectors import sensitivity_of
from dsr.models import RequestItem, SubjectRequest
from dsr.outcomes import BY_PACKAGE, BY_SYSTEMS, Decision
from dsr.states import Right
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import NotAllowed
from privacy.kernel.ready import Ready
from privacy.personal_data.contract import handlers
from privacy.personal_data.model_handler import ModelHandler
from privacy.policy.board import is_on
from privacy.policy.selectors import has_policy
from privacy.policy.uses import sensitive_categories

ONE_PAIR = "one_pair_of_eyes"
APPROVE = "dsr.approve_erasure"
CHILD_PRIORITY = 9
STAFF = Ready(lambda one: User.objects.select_for_update(no_key=True).filter(pk=one, is_active=True, is_staff=True))


@dataclass(frozen=True, slots=True)
class Approver:
    """Who approves. `is_one_pair`: they prepared it, too, and nobody else could have approved."""

    user: User
    is_one_pair: bool = False


def approver_of(
    actor: Actor,
    *,
    had_part: Iterable[uuid.UUID | None],
    prepared_at: dt.datetime,
    now: dt.datetime,
    right: str = APPROVE,
    switch: str = "dsr.second_person",
) -> Approver:
    """Whoever may approve now what was prepared then; `had_part`: who filed, prepared or decided it. `right` is the
    permission that it takes, `switch` the control of the promise.

    Inside the caller's transaction: the row of the approver is locked, so that nobody is deactivated meanwhile.
    Raises NotAllowed, and says what to do.
    """
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise NotAllowed("Only a member of legal can approve this.")
    user = STAFF.first(actor.id)
    if user is None or not user.has_perm(right):
        raise NotAllowed("You may not approve this.")
    involved = set(had_part)
    if user.pk not in involved or not is_on(switch):
        return Approver(user)
    if others_than(involved, right=right):
        raise NotAllowed("A second person approves: not the one who filed, prepared or decided it.")
    if now - prepared_at < ALONE_AFTER:
        opens = clock.canonical(prepared_at + ALONE_AFTER)[:16].replace("T", " ")
        raise NotAllowed(f"Nobody else may approve it, so you can look at it again after a day: from {opens} UTC.")
    return Approver(user, is_one_pair=True)


def others_than(involved: Iterable[uuid.UUID | None], *, right: str = APPROVE) -> list[User]:
    """Who may approve and had no part in it."""
    known, (app, _, permission) = set(involved), right.partition(".")
    return [user for user in staff_with(app, permission) if user.pk not in known]


def why_second(item: RequestItem, decision: Decision) -> list[str]:
    """The codes of why a decision about one right needs a second person; empty where it does not."""
    if not is_on("dsr.second_person"):
        return []
    case, found = item.subject_request, []
    if decision.is_refusal:
        found.append(Why.REFUSAL.value)
    if decision.is_done and item.right in (BY_PACKAGE | BY_SYSTEMS) - {Right.SAFEGUARDS_COPY}:
        if is_about_child(case):
            found.append(Why.MINOR.value)
        if sensitivity_of(case) is Sensitivity.SENSITIVE or holds_sensitive(case):
            found.append(Why.SENSITIVE.value)
    return found


def is_about_child(case: SubjectRequest) -> bool:
    """Whether a case was filed as one about a child."""
    return case.priority >= CHILD_PRIORITY or case.items.filter(right=Right.CHILD_REPORT).exists()


def holds_sensitive(case: SubjectRequest) -> bool:
    """Whether one of our own tables of a sensitive category holds something of the person."""
    if case.subject_id is None:
        return False
    sensitive = sensitive_categories_if_any()
    mine = [
        each for each in handlers.all() if isinstance(each, ModelHandler) and each.declaration.category in sensitive
    ]
    if not mine:
        return False
    person = person_of(case.subject_id)
    return any(found.rows for handler in mine for found in handler.find(person))


def sensitive_categories_if_any() -> frozenset[str]:
    """Those of the policy in force; none without a policy."""
    return sensitive_categories() if has_policy() else frozenset()
