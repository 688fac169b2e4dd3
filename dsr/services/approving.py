"""The second pair of eyes: approve exactly what was frozen, once."""

import datetime as dt

from django.db import transaction

from accounts.models import User
from dsr.freezing import thaw
from dsr.models import Approval, ErasurePlan, Run, Step
from dsr.services.moving import move
from dsr.states import State
from privacy.jobs.services import enqueue
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import DomainError, NotAllowed, StaleState
from privacy.personal_data.contract import handlers


@transaction.atomic
def approve_plan(*, plan: ErasurePlan, digest: str, actor: Actor, now: dt.datetime) -> Run:
    """Approve a frozen plan and start its run, in one transaction.

    `digest` is that of the plan that the approver saw. Raises NotAllowed for somebody who prepared the
    plan, filed the request or lacks the right; StaleState where the plan is not open any more, also
    because somebody else approved it a moment ago.
    """
    subject_request = plan.subject_request
    approver = _approver(actor, prepared_by=plan.prepared_by, filed_by=subject_request.filed_by)
    changed = ErasurePlan.objects.filter(pk=plan.pk, state="prepared", digest=digest).update(state="approved")
    if changed != 1:
        raise StaleState("This plan is no longer the open one. Load the page and read it again.")
    Approval.objects.create(plan=plan, approved_by=approver.pk, approved_at=now, digest=digest)
    run = Run.objects.create(plan=plan, started_at=now)
    Step.objects.bulk_create(_steps(run, plan))
    move(subject_request=subject_request, to=State.RUNNING, kind="approved", actor=actor, now=now, detail=digest)
    enqueue(
        "dsr.advance_run",
        idem_key=f"dsr.run:{run.pk}",
        payload={"run": str(run.pk)},
        now=now,
        is_demo=subject_request.is_demo,
    )
    return run


def _approver(actor: Actor, *, prepared_by: object, filed_by: object) -> User:
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise NotAllowed("Only a member of legal can approve an erasure.")
    approver = User.objects.filter(pk=actor.id, is_active=True).first()
    if approver is None or not approver.has_perm("dsr.approve_erasure"):
        raise NotAllowed("You may not approve erasures.")
    if actor.id in {prepared_by, filed_by}:
        raise NotAllowed("A second person approves: not the one who filed or prepared it.")
    return approver


def _steps(run: Run, plan: ErasurePlan) -> list[Step]:
    _, plans = thaw(plan.frozen)
    labels = {handler.key: handler for handler in handlers.all()}
    missing = [frozen.handler for frozen in plans if frozen.handler not in labels]
    if missing:
        raise DomainError(f"The system {missing[0]} is no longer connected. Prepare the plan again.")
    return [
        Step(
            run=run,
            position=position,
            handler=frozen.handler,
            system=labels[frozen.handler].system,
            label=labels[frozen.handler].label,
        )
        for position, frozen in enumerate(plans)
    ]
