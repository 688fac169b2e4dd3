"""Schedule, warn, and carry out a deletion that a person asked for themself.

It runs by the same plan, run and receipt as every erasure; what differs is whose word stands for the second
person's: the account's own, proven twice, with seven days to think it over.
"""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.selectors import person_of
from dsr.models import Approval, ErasurePlan, SubjectRequest
from dsr.own_deletion.blockers import PASSING, WORDS, before_scheduling, of_person, of_plan
from dsr.own_deletion.models import DeletionState, OwnDeletion
from dsr.services.approving import start_run
from dsr.services.intake import file_from_account
from dsr.services.links import make_link
from dsr.services.moving import note_history
from dsr.services.planning import Preview, freeze_plan, person_of_case, preview_erasure
from dsr.states import Right, State
from privacy.jobs.outbox import queue_mail
from privacy.jobs.services import enqueue
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, StaleState
from privacy.personal_data.models import Subject
from privacy.policy.board import is_on

WAITS = dt.timedelta(days=7)
WARNED = dt.timedelta(hours=24)  # before it runs
TRIED_FOR = dt.timedelta(days=1)  # where a system does not answer; then the case goes its normal way
MARK = "own_deletion"
KIND = "dsr.own_deletion"
AT_ONCE = 200


def look_at_deletion(user: User, now: dt.datetime) -> tuple[Preview, str]:
    """What would go and stay, and the code of what speaks against it. Asks every system; changes nothing."""
    preview = preview_erasure(person=person_of(user.subject_id), now=now)
    return preview, before_scheduling(user) or of_plan(preview)


def scheduled_of(user: User) -> OwnDeletion | None:
    """The deletion that waits for its day."""
    rows = OwnDeletion.objects.filter(user_id=user.pk, state=DeletionState.SCHEDULED)
    return rows.filter(subject_request__state=State.RECEIVED).select_related("subject_request").first()


def schedule_deletion(*, user: User, language: str = "en", actor: Actor, now: dt.datetime) -> OwnDeletion:
    """Schedule the deletion of one's own account, in seven days. The door has proven again that it is them.

    Two clicks at once schedule one. Raises DomainError(blocked) with the words of what speaks against it.
    """
    if known := scheduled_of(user):
        return known
    if not is_on("dsr.own_deletion"):
        raise DomainError(WORDS["changed"], code="blocked")
    _, why = look_at_deletion(user, now)
    if why:
        if known := scheduled_of(user):  # the other of two clicks was faster
            return known
        raise DomainError(WORDS[why], code="blocked")
    try:
        with transaction.atomic():
            Subject.objects.select_for_update().get(pk=user.subject_id)  # two clicks: one after the other
            if known := scheduled_of(user):
                return known
            return _schedule(user, language, actor, now)
    except IntegrityError:
        found = scheduled_of(user)
        if found is None:
            raise StaleState("Somebody was faster. Load the page again.") from None
        return found


def _schedule(user: User, language: str, actor: Actor, now: dt.datetime) -> OwnDeletion:
    case = file_from_account(user=user, rights=[Right.ERASURE], language=language, is_fresh=True, actor=actor, now=now)
    # A schedule of the same case that was undone by hand would stand in the way: the case is a new one then.
    deletion = OwnDeletion.objects.create(subject_request=case, user_id=user.pk, scheduled_at=now, runs_at=now + WAITS)
    day = clock.local_date(deletion.runs_at, settings.KEPT_TIME_ZONE).isoformat()
    note_history(subject_request=case, kind="deletion_scheduled", actor=actor, now=now, detail=day)
    _tell(deletion, "start", now)
    return deletion


@transaction.atomic
def tend_deletions(*, now: dt.datetime) -> dict[str, int | str]:
    """Note what was undone or taken up by staff, warn a day before, and set off what is due. Returns the counts."""
    rows = OwnDeletion.objects.select_for_update(skip_locked=True, of=("self",)).select_related("subject_request")
    waiting = list(rows.filter(state=DeletionState.SCHEDULED, runs_at__lte=now + WARNED).order_by("runs_at")[:AT_ONCE])
    counts = {"told": 0, "begun": 0, "ended": 0}
    for row in waiting:
        if row.subject_request.state != State.RECEIVED:
            _end(row, now)
            counts["ended"] += 1
        elif row.told_at is None:
            OwnDeletion.objects.filter(pk=row.pk).update(told_at=now)
            _tell(row, "tomorrow", now)
            counts["told"] += 1
        elif _is_due(row, now):
            hour = now.strftime("%Y-%m-%dT%H")
            enqueue(
                KIND,
                idem_key=f"{KIND}:{row.pk}:{hour}",
                payload={"deletion": str(row.pk)},
                now=now,
                is_demo=row.subject_request.is_demo,
            )
            counts["begun"] += 1
    return {**counts}


def _is_due(row: OwnDeletion, now: dt.datetime) -> bool:
    """A clock that jumped ahead takes nobody's last day: the warning was always mailed a day before."""
    return row.runs_at <= now and row.told_at is not None and row.told_at + WARNED <= now


def run_deletion(*, deletion_id: str, now: dt.datetime) -> str:
    """Freeze the plan as it is now, approve it with the person's own word and start its run, in one transaction;
    or turn the case into a normal one. Returns what became of it. No system is asked inside the transaction."""
    row = OwnDeletion.objects.select_related("subject_request__contact").get(pk=deletion_id)
    case = row.subject_request
    if row.state != DeletionState.SCHEDULED or case.state != State.RECEIVED or not _is_due(row, now):
        return "not_due"
    user = User.objects.filter(pk=row.user_id, is_active=True).first()
    if user is None:
        return _turn(row, "account_gone", now)
    preview = preview_erasure(person=person_of_case(case), now=now)
    why = before_scheduling_again(user, case) or of_plan(preview)
    if why in PASSING and now < row.runs_at + TRIED_FOR:
        return why
    return _turn(row, why, now) if why else _start(row, preview, user, now)


def before_scheduling_again(user: User, case: SubjectRequest) -> str:
    """What speaks against it now, beside the case itself."""
    return "staff" if user.is_staff else of_person(user, case=case)


@transaction.atomic
def _start(row: OwnDeletion, preview: Preview, user: User, now: dt.datetime) -> str:
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=row.subject_request_id)
    changed = OwnDeletion.objects.filter(pk=row.pk, state=DeletionState.SCHEDULED).update(
        state=DeletionState.STARTED, ended_at=now
    )
    if changed != 1 or case.state != State.RECEIVED:
        raise StaleState("It was undone or taken up meanwhile.")
    person = Actor.subject(user.subject_id, via="account")
    plan = freeze_plan(subject_request=case, preview=preview, actor=SYSTEM, now=now)
    ErasurePlan.objects.filter(pk=plan.pk, state="prepared").update(state="approved")
    Approval.objects.create(plan=plan, approved_by=user.pk, approved_at=now, digest=plan.digest, mark=MARK)
    note_history(subject_request=case, kind="finished_alone", actor=SYSTEM, now=now, detail=Right.ERASURE)
    start_run(plan=plan, actor=person, now=now)
    return "started"


@transaction.atomic
def _turn(row: OwnDeletion, why: str, now: dt.datetime) -> str:
    """A normal case from here on: legal has it in the queue, with its clock from the first day."""
    changed = OwnDeletion.objects.filter(pk=row.pk, state=DeletionState.SCHEDULED).update(
        state=DeletionState.TURNED, why=why, ended_at=now
    )
    if changed == 1:
        note_history(subject_request=row.subject_request, kind="deletion_turned", actor=SYSTEM, now=now, detail=why)
        row.why = why
        _tell(row, "turned", now)
    return why


def _end(row: OwnDeletion, now: dt.datetime) -> None:
    """The case moved on without it: withdrawn by the person, or taken up by legal."""
    is_undone = row.subject_request.state == State.WITHDRAWN
    state, why = (DeletionState.UNDONE, "") if is_undone else (DeletionState.TURNED, "changed")
    OwnDeletion.objects.filter(pk=row.pk).update(state=state, why=why, ended_at=now)


def _tell(row: OwnDeletion, what: str, now: dt.datetime) -> None:
    case = row.subject_request
    queue_mail(
        f"dsr.own_deletion_{what}",
        idem_key=f"dsr.own_deletion:{row.pk}:{what}",
        to=case.contact.email,
        context={"deletion": str(row.pk)},
        secret={"token": make_link(subject_request=case, kind="status", now=now)},
        subject_id=case.subject_id,
        now=now,
        is_demo=case.is_demo,
    )
