"""Carry out a rule: a run in chunks that a kill leaves whole, with a signed receipt at the end.

A chunk deletes and moves the watermark in one transaction. What is deleted is asked of the holds in
that transaction, with the rows locked and the door to new holds closed.
"""

import base64
import datetime as dt

from django.db import IntegrityError, transaction

from privacy.audit.services import append_evidence, record
from privacy.jobs.claiming import Claim
from privacy.jobs.services import enqueue
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.canonical import canonical_json
from privacy.kernel.errors import DomainError, StaleState
from privacy.kernel.keyring import keyring
from privacy.policy.board import is_on
from privacy.retention.audit_events import RECEIPT, RUN_FINISHED, RUN_STARTED, RUN_STOP_ASKED
from privacy.retention.models import DisposalReceipt, DisposalRun, DisposalState
from privacy.retention.paging import Page, next_page
from privacy.retention.selectors import Rule, rule_of, rules
from privacy.retention.services.switching import new_run


@transaction.atomic
def start_run(*, code: str, actor: Actor, now: dt.datetime) -> DisposalRun:
    """Begin a run and ask a worker to carry it out.

    Raises DomainError where the rule may not act, StaleState where a run of it is under way.
    """
    rule = rule_of(code)
    if rule.problem:
        raise DomainError(f"{code}: {rule.problem}", code="rule_off")
    run = new_run(code=code, actor=actor, now=now)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        raise StaleState("A run of this rule is under way.") from None
    record(RUN_STARTED, actor=actor, at=now, target=run, rule=code, days=run.days)
    enqueue("retention.run", idem_key=f"retention.run:{run.pk}", payload={"run": str(run.pk)}, now=now)
    return run


def start_due_runs(*, now: dt.datetime) -> dict[str, int | str]:
    """The daily round: start every rule that may act. One that comes at an odd time waits for a person."""
    started = waiting = 0
    for rule in rules():
        if rule.problem:
            continue
        if rule.waits_for_person(now):
            waiting += 1
            continue
        try:
            start_run(code=rule.code, actor=SYSTEM, now=now)
            started += 1
        except StaleState:
            continue  # yesterday's is still under way
    return {"started": started, "waiting": waiting}


@transaction.atomic
def stop_run(*, code: str, actor: Actor, now: dt.datetime) -> None:
    """Ask the run of a rule to stop at its next chunk. StaleState where none is under way."""
    running = DisposalRun.objects.filter(code=code, state=DisposalState.RUNNING, stop_asked_at=None)
    run = running.first()
    if run is None or running.filter(pk=run.pk).update(stop_asked_at=now) != 1:
        raise StaleState("No run of this rule is under way.")
    record(RUN_STOP_ASKED, actor=actor, at=now, target=run, rule=code)


def advance_disposal(claim: Claim) -> dict[str, int | str]:
    """Do chunk after chunk until nothing is due, somebody said stop, or the rule may act no longer."""
    run_id = claim.payload["run"]
    while True:
        with transaction.atomic():
            claim.hold()
            run = DisposalRun.objects.select_for_update().get(pk=run_id)
            if run.state != DisposalState.RUNNING:
                result = _result(run)
                claim.finish(result)
                return result
            rule = rule_of(run.code)
            must_stop = run.stop_asked_at is not None or bool(rule.problem) or rule.days > run.days
            page = None if must_stop else next_page(rule, run.cutoff, run.watermark, lock=True)
            if page is None:
                _finish(run, DisposalState.STOPPED if must_stop else DisposalState.DONE, claim.now)
                result = _result(run)
                claim.finish(result)
                return result
            _dispose(rule, run, page)


def _dispose(rule: Rule, run: DisposalRun, page: Page) -> None:
    before = run.watermark
    removed = rule.disposable.dispose(page.free) if is_on("retention.schedule") else 0
    run.removed += removed
    run.held += page.held
    run.due += removed + page.held
    run.oldest_at = run.oldest_at or page.first
    run.newest_at = page.last
    run.watermark = page.watermark
    fields = ("removed", "held", "due", "oldest_at", "newest_at", "watermark")
    mine = DisposalRun.objects.filter(pk=run.pk, state=DisposalState.RUNNING, watermark=before)
    if mine.update(**{name: getattr(run, name) for name in fields}) != 1:
        raise StaleState("Another worker has taken this run.")


def _finish(run: DisposalRun, state: DisposalState, now: dt.datetime) -> None:
    run.state, run.finished_at = state, now
    run.save(update_fields=["state", "finished_at"])
    if not run.due:
        record(RUN_FINISHED, actor=SYSTEM, at=now, target=run, rule=run.code, state=str(state))
        return
    _write_receipt(run, now)


def _write_receipt(run: DisposalRun, now: dt.datetime) -> None:
    ring = keyring()
    names = [
        *("code", "table", "action", "days", "policy_version", "cutoff", "started_at", "finished_at", "oldest_at"),
        *("newest_at", "due", "removed", "held", "actor_kind", "actor_id"),
    ]
    body = canonical_json({"state": str(run.state), **{name: getattr(run, name) for name in names}})
    last = DisposalReceipt.objects.order_by("-at", "-id").values_list("row_hash", flat=True).first()
    receipt = DisposalReceipt(
        at=now,
        run_id=run.pk,
        body=body,
        previous=last or "",
        key_id=ring.primary,
        signature=base64.b64encode(ring.signing_key().sign(body.encode())).decode(),
    )
    append_evidence(
        receipt,
        event=RECEIPT,
        actor=SYSTEM,
        target=run,
        rule=run.code,
        state=str(run.state),
        removed=run.removed,
        held=run.held,
    )


def _result(run: DisposalRun) -> dict[str, int | str]:
    return {"state": str(run.state), "removed": run.removed, "held": run.held}
