"""The rights that are answered, and the erasure that a legal hold delays: each call takes one step of a case.

Like all of the front it may be killed anywhere and keeps nothing in memory: what is next the database says.
"""

from accounts.models import User
from benchmarks.drill.scene import ANSWERED, BY_PACKAGE, Wish
from dsr.corrections.models import Correction
from dsr.corrections.services import correct_value
from dsr.decisions.models import ConsequenceQuestion
from dsr.decisions.services import open_proposals
from dsr.models import RequestItem, SubjectRequest
from dsr.notices.answering import answer_task
from dsr.notices.models import Task
from dsr.outcomes import Decision
from dsr.retained.models import RetainedSet, SetState
from dsr.services import answering, intake
from dsr.services.approving import approve_decision
from dsr.services.consequences import answer_consequence
from dsr.services.releasing import package_of
from dsr.services.system_answers import outside_systems
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data.models import PackageState
from privacy.retention.models import LegalHold
from privacy.retention.services import place_hold, release_hold

WORDS = "We looked at every place where this could be, and did it."
NOTE = "Changed there by hand; the log of that system shows it."
USE = "usage_analytics"
NEW_NAME = "A Corrected Name"
OUTCOMES, REVIEWS = {"complain": "upheld"}, {"look_again": "confirmed"}


def file_answered(wish: Wish) -> str:
    """File it from the account; the message is needed for a correction only."""
    user, actor = User.objects.get(pk=wish.user_id), Actor.subject(wish.subject_id, via="account")
    case = intake.file_from_account(
        user=user,
        rights=[ANSWERED[wish.kind]],
        message="Please do this for me, as I said.",
        is_fresh=True,
        actor=actor,
        now=clock.now(),
    )
    return str(case.pk)


def has_erasure_left(wish: Wish, case: SubjectRequest) -> bool:
    """Whether the report of a child was answered, and the erasure that it brought along is not."""
    undecided = RequestItem.objects.filter(subject_request=case, decided_at=None).values_list("right", flat=True)
    return wish.kind == "erase_child" and list(undecided) == ["erasure"]


def answer_step(wish: Wish, case: SubjectRequest, staff: Actor, second: Actor) -> str:
    """What was done now; empty where a job or a system has to be waited for."""
    now = clock.now()
    item = RequestItem.objects.get(subject_request=case, right=ANSWERED[wish.kind])
    if waiting := open_proposals(case).first():
        approve_decision(proposal=waiting, digest=waiting.digest, actor=second, now=now)
        return "decision_approved"
    if task := Task.objects.filter(subject_request=case, state="open", is_blocking=True).first():
        answer_task(task=task, answer="done", note=NOTE, actor=staff, now=now)
        return "task_answered"
    if question := ConsequenceQuestion.objects.filter(item=item, is_confirmed=None).first():
        mine = Actor.subject(wish.subject_id, via="account")
        answer_consequence(question=question, is_confirmed=True, actor=mine, now=now)
        return "consequence_confirmed"
    if item.decided_at:
        answering.send_answer(subject_request=case, actor=staff, now=now)
        return "sent"
    if wish.kind in BY_PACKAGE:
        package = package_of(case.pk)
        if package is None or package.state == PackageState.EXPIRED or (package.ready_at and package.silent != "[]"):
            answering.build_again(subject_request=case, actor=staff, now=now)
            return "package_asked"
        if package.state != PackageState.READY:
            return ""
    if wish.kind in {"correct", "correct_own"}:
        waits = _correct(wish, case, staff)
        if waits is not None:
            return waits
    outcome, review = OUTCOMES.get(wish.kind, "fulfilled"), REVIEWS.get(wish.kind, "")
    decision = Decision(outcome, words=WORDS, systems=_systems(wish), purposes=(USE,), review=review)
    answering.answer_item(item=item, decision=decision, actor=staff, now=now)
    return "answered"


def _systems(wish: Wish) -> dict[str, str]:
    """A restriction is asked of each system by hand; corrections know their answers."""
    return dict.fromkeys(outside_systems(), "done") if wish.kind == "restrict" else {}


def _correct(wish: Wish, case: SubjectRequest, staff: Actor) -> str | None:
    """Enter the correction, then wait for the task that it becomes; None where all is there."""
    now = clock.now()
    if not Correction.objects.filter(subject_request=case).exists():
        actor = staff if wish.kind == "correct" else Actor.subject(wish.subject_id, via="account")
        correct_value(subject_request=case, category="user.name", new=NEW_NAME, actor=actor, now=now)
        return "corrected"
    return None if Task.objects.filter(subject_request=case).exists() else ""


def hold_first(wish: Wish, staff: Actor) -> None:
    """A legal hold on the person, before anything is asked."""
    if not LegalHold.objects.filter(targets__subject_id=wish.subject_id).exists():
        place_hold(
            reason="Matter of the drill",
            ground="legal_claims",
            subject_ids=[wish.subject_id],
            actor=staff,
            now=clock.now(),
        )


def is_let_go(wish: Wish, case: SubjectRequest, staff: Actor) -> bool:
    """Release the hold of a closed case; whether everything that it kept has gone by itself."""
    hold = LegalHold.objects.filter(targets__subject_id=wish.subject_id, released_at=None).first()
    if hold:
        release_hold(hold=hold, actor=staff, now=clock.now())
        return False
    return not RetainedSet.objects.filter(subject_request=case, is_held=True, state=SetState.KEPT).exists()
