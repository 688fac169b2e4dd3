"""Try a rule, switch it on after somebody has seen what it would do, switch it off."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from privacy.audit.services import record
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import DomainError, NotAllowed, StaleState
from privacy.retention.audit_events import DRY_RUN, RULE_OFF, RULE_ON
from privacy.retention.models import DisposalRun, DisposalState, RuleSwitch
from privacy.retention.paging import pages
from privacy.retention.rules import DRY_RUN_GOOD_FOR
from privacy.retention.selectors import rule_of


def dry_run(*, code: str, actor: Actor, now: dt.datetime) -> DisposalRun:
    """Count what a run would dispose of now and what holds would keep. No row of the table is touched."""
    rule = rule_of(code)
    run = new_run(code=code, actor=actor, now=now, is_dry_run=True)
    for page in pages(rule, run.cutoff):
        run.due += page.free.count() + page.held
        run.held += page.held
        run.oldest_at = run.oldest_at or page.first
        run.newest_at = page.last
    run.state, run.finished_at = DisposalState.DONE, now
    with transaction.atomic():
        run.save(force_insert=True)
        record(DRY_RUN, actor=actor, at=now, target=run, rule=code, due=run.due, held=run.held)
    return run


def new_run(*, code: str, actor: Actor, now: dt.datetime, is_dry_run: bool = False) -> DisposalRun:
    """A run that is not in the database yet."""
    rule = rule_of(code)
    return DisposalRun(
        code=code,
        table=rule.disposable.table,
        action=rule.disposable.action,
        days=rule.days,
        policy_version=rule.policy_version,
        cutoff=rule.cutoff(now),
        is_dry_run=is_dry_run,
        started_at=now,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
    )


@transaction.atomic
def enable_rule(*, code: str, actor: Actor, now: dt.datetime) -> RuleSwitch:
    """Let a rule act from now on, day by day.

    Raises NotAllowed for an actor who may not, DomainError without a dry run of the last 30 days for
    the same period, StaleState where it is on already.
    """
    _check_actor(actor)
    rule = rule_of(code)
    seen = DisposalRun.objects.filter(
        code=code,
        is_dry_run=True,
        days=rule.days,
        action=rule.disposable.action,
        started_at__gte=now - DRY_RUN_GOOD_FOR,
    ).first()
    if seen is None:
        raise DomainError(
            f"Look at what {code} would do first: manage.py retention --dry-run --rule {code}", code="no_dry_run"
        )
    if rule.switch and rule.problem:  # the period became shorter: the old switch no longer covers it
        disable_rule(code=code, actor=actor, now=now)
    switch = RuleSwitch(
        code=code,
        action=rule.disposable.action,
        days=rule.days,
        dry_run=seen,
        enabled_at=now,
        enabled_by=actor.id,
    )
    try:
        with transaction.atomic():
            switch.save(force_insert=True)
    except IntegrityError:
        raise StaleState("This rule is switched on already.") from None
    record(RULE_ON, actor=actor, at=now, target=switch, rule=code, days=switch.days)
    return switch


@transaction.atomic
def disable_rule(*, code: str, actor: Actor, now: dt.datetime) -> None:
    """Let a rule act no longer; a run that is under way stops at its next chunk. StaleState where it is off."""
    _check_actor(actor)
    switched = RuleSwitch.objects.filter(code=code, disabled_at=None).update(disabled_at=now, disabled_by=actor.id)
    if switched != 1:
        raise StaleState("This rule is not switched on.")
    DisposalRun.objects.filter(code=code, state=DisposalState.RUNNING, stop_asked_at=None).update(stop_asked_at=now)
    record(RULE_OFF, actor=actor, at=now, rule=code)


def _check_actor(actor: Actor) -> None:
    """A named member of staff decides; the demo may do it by itself."""
    if settings.KEPT_DEMO and actor.kind in {ActorKind.SYSTEM, ActorKind.OPERATOR}:
        return
    person = None
    if actor.kind is ActorKind.STAFF and actor.id:
        person = User.objects.filter(pk=actor.id, is_active=True).first()
    if person is None or not person.has_perm("retention.switch_rules"):
        raise NotAllowed("Somebody of legal with the right to switch rules decides this, by name.")
