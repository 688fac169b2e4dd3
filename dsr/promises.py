"""Controls of the promises that subject requests keep."""

import datetime as dt

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q

from accounts.selectors import staff_with
from dsr.decisions.models import ConsequenceQuestion, Proposal
from dsr.decisions.vocabulary import ProposalState
from dsr.identity.levels import NEVER_ASKS
from dsr.identity.models import ChildReport, EvidenceFile
from dsr.identity.services.evidence import AFTER_VERDICT, WITHOUT_VERDICT
from dsr.letters.authorities import register
from dsr.models import ErasurePlan, HistoryRow, Letter, ReceiptRow, RequestItem, Step, SubjectRequest
from dsr.outcomes import BY_PACKAGE
from dsr.rules import FIRST, MOST_MAILS
from dsr.services.reminding import APPROVERS, WORKERS, may_remind
from dsr.services.unverified import MAILED, NOT_SENT
from dsr.states import OPEN, Right, State
from privacy.jobs import send_gate
from privacy.kernel import clock
from privacy.personal_data.leaks.models import FindingState, LeakFinding
from privacy.personal_data.leaks.services import HOLDS_BACK
from privacy.personal_data.models import PreparedPackage, Restriction
from privacy.policy.board import ControlAnswer, control, green, not_configured, red

A_DAY = dt.timedelta(days=1)
RECENT_PACKAGES = dt.timedelta(days=365)
RECENT_LETTERS = dt.timedelta(days=170)  # letters go after 180


def check_written() -> ControlAnswer:
    """What staff filed counts from the day it came, never from a later one."""
    rows = SubjectRequest.objects.exclude(filed_by=None).filter(is_demo=False)
    if wrong := rows.filter(received_at__gt=F("filed_at")).count():
        return red(f"{wrong} requests count from after the day on which they were filed.")
    earlier = rows.filter(received_at__lt=F("filed_at")).count()
    return green(f"{rows.count()} requests filed by staff, {earlier} of them counted from an earlier day.")


def check_identity() -> ControlAnswer:
    """No erasure was approved for somebody whom nobody had identified."""
    approved = ErasurePlan.objects.filter(state="approved", subject_request__is_demo=False)
    if wrong := approved.filter(subject_request__identity_level="V0").count():
        return red(f"{wrong} erasures were approved without knowing who asks.")
    return green(f"{approved.count()} erasures approved, each after a check of who asks.")


def check_never_asks() -> ControlAnswer:
    """No open request for which nothing may be asked waits for a confirmation or for an answer about who asks."""
    rows = RequestItem.objects.filter(decided_at=None, subject_request__is_demo=False)
    others = RequestItem.objects.exclude(right__in=NEVER_ASKS).filter(subject_request=OuterRef("subject_request"))
    alone = rows.filter(~Exists(others), right__in=NEVER_ASKS)
    if wrong := alone.filter(subject_request__state=State.UNCONFIRMED).count():
        return red(f"{wrong} opt-outs wait for a confirmation that nobody may ask for.")
    return green(
        f"{alone.filter(subject_request__state__in=OPEN).count()} open opt-outs, none of them waits for proof."
    )


def check_evidence() -> ControlAnswer:
    """No file of evidence lies on after its verdict, or for months without one."""
    now, rows = clock.now(), EvidenceFile.objects.filter(destroyed_at=None, subject_request__is_demo=False)
    late = Q(verdict_at__lt=now - AFTER_VERDICT - A_DAY) | Q(uploaded_at__lt=now - WITHOUT_VERDICT - A_DAY)
    if lying := rows.filter(late).count():
        return red(f"{lying} files of evidence should be gone.")
    gone = EvidenceFile.objects.exclude(destroyed_at=None).filter(subject_request__is_demo=False).count()
    return green(f"{rows.count()} files of evidence lie here, {gone} were deleted after the check.")


def check_children() -> ControlAnswer:
    """Every open report about a child stands first in the queue, and none waits for anybody's identity."""
    rows = SubjectRequest.objects.filter(state__in=OPEN, items__right=Right.CHILD_REPORT, is_demo=False).distinct()
    if behind := rows.exclude(priority=FIRST).count():
        return red(f"{behind} reports about a child do not stand first.")
    quarantined = ChildReport.objects.exclude(quarantined_at=None).count()
    return green(f"{rows.count()} open reports about a child, all first; {quarantined} children quarantined so far.")


def check_few_mails() -> ControlAnswer:
    """Nobody is closed unverified without a last word, and no request mailed more than its share."""
    ended = SubjectRequest.objects.filter(state=State.EXPIRED, is_demo=False)
    told = HistoryRow.objects.filter(kind="last_word", subject_request_id=OuterRef("pk"))
    lately = ended.filter(closed_at__gte=clock.now() - dt.timedelta(days=90))
    if silent := lately.filter(~Exists(told)).count():
        return red(f"{silent} requests ended without a last word.")
    mailed = HistoryRow.objects.filter(kind__in=MAILED).exclude(detail=NOT_SENT).values("subject_request_id")
    if loud := mailed.filter(is_demo=False).annotate(mails=Count("pk")).filter(mails__gt=MOST_MAILS).count():
        return red(f"{loud} requests mailed an address more than {MOST_MAILS} times.")
    return green(f"{ended.count()} requests closed unverified, each after a last word.")


def check_access() -> ControlAnswer:
    """Every access that was granted was answered with a package that its person could take."""
    rows = RequestItem.objects.filter(right__in=BY_PACKAGE, outcome__in=["fulfilled", "partly"])
    closed = rows.filter(subject_request__state=State.CLOSED, subject_request__is_demo=False)
    released = PreparedPackage.objects.exclude(released_at=None).values("case_id")
    recent = closed.filter(decided_at__gte=clock.now() - RECENT_PACKAGES)  # rows of packages go by time
    if without := recent.exclude(subject_request_id__in=released).count():
        return red(f"{without} requests for a copy were closed without a package.")
    return green(f"{closed.count()} requests for a copy answered, each with a whole package, released with the letter.")


def check_leaks() -> ControlAnswer:
    """No package was released with a value in it that may be somebody else's and that nobody decided about."""
    released = PreparedPackage.objects.exclude(released_at=None).filter(is_demo=False)
    if wrong := released.filter(findings__state__in=HOLDS_BACK).distinct().count():
        return red(f"{wrong} packages were released with values that nobody decided about.")
    kept = LeakFinding.objects.filter(state=FindingState.KEPT, package__is_demo=False).count()
    return green(
        f"{released.count()} packages released, each looked through first; {kept} values stayed, each for a reason "
        "that a second person agreed to."
    )


def check_erasures() -> ControlAnswer:
    """Every erasure that is closed has its receipt."""
    closed = SubjectRequest.objects.filter(state=State.CLOSED, items__right=Right.ERASURE, is_demo=False)
    if without := closed.exclude(pk__in=ReceiptRow.objects.values("subject_request_id")).count():
        return red(f"{without} erasures were closed without a receipt.")
    return green(f"{closed.count()} erasures closed, each with an answer from every system and a receipt.")


def check_restrictions() -> ControlAnswer:
    """Every restriction that was granted stands, or was announced before it was lifted."""
    granted = RequestItem.objects.filter(right=Right.RESTRICTION, outcome__in=["fulfilled", "partly"])
    cases = granted.exclude(subject_request__subject=None).filter(subject_request__is_demo=False)
    known = Restriction.objects.values("subject_id")
    if without := cases.exclude(subject_request__subject_id__in=known).count():
        return red(f"{without} restrictions were granted and do not stand.")
    if silent := Restriction.objects.exclude(lifted_at=None).filter(lift_on=None).count():
        return red(f"{silent} restrictions were lifted without a word.")
    standing = Restriction.objects.filter(lifted_at=None).count()
    return green(f"{standing} restrictions stand; while one does, the person's data is only stored.")


def check_letters() -> ControlAnswer:
    """Every right that was refused cites a ground, and its case has its letter."""
    recent = clock.now() - RECENT_LETTERS
    ended = {"subject_request__state__in": [State.CLOSED, State.REFUSED], "subject_request__is_demo": False}
    refused = RequestItem.objects.filter(outcome="refused", decided_at__gte=recent, **ended)
    if silent := refused.filter(ground="").count():
        return red(f"{silent} refusals cite no ground.")
    told = Letter.objects.filter(kind__in=["answer", "refusal"]).values("subject_request_id")
    if without := refused.exclude(subject_request_id__in=told).count():
        return red(f"{without} refusals have no letter.")
    version = register().version
    return green(f"{refused.count()} refusals of late, each with its ground and letter. Authorities as of {version}.")


def check_stays() -> ControlAnswer:
    """Every erasure that left something behind told so by letter."""
    left = Step.objects.filter(retained__gt=0, run__finished_at__gte=clock.now() - RECENT_LETTERS)
    cases = left.filter(run__plan__subject_request__state=State.CLOSED, run__plan__subject_request__is_demo=False)
    told = Letter.objects.filter(kind="answer").values("subject_request_id")
    if without := cases.exclude(run__plan__subject_request_id__in=told).count():
        return red(f"{without} systems kept something, and no letter says so.")
    return green(f"{cases.count()} systems kept something of late; each letter says what, why and until when.")


def check_opt_outs() -> ControlAnswer:
    """Nobody who objected to advertising waits for somebody to look at it."""
    items = RequestItem.objects.filter(right=Right.MARKETING_OBJECTION, subject_request__is_demo=False)
    here = items.filter(subject_request__channel="account")
    if waiting := here.filter(subject_request__state__in=OPEN, decided_at=None).count():
        return red(f"{waiting} objections to advertising from an account were not done at once.")
    done = items.exclude(decided_at=None).count()
    return green(f"{done} objections to advertising done; those from an account or a confirmed link at once.")


def check_second_person() -> ControlAnswer:
    """Every refusal was approved by somebody who did not propose it, or is marked as one pair of eyes."""
    recent = clock.now() - RECENT_LETTERS
    refused = RequestItem.objects.filter(
        outcome__in=["refused", "partly"], decided_at__gte=recent, subject_request__is_demo=False
    ).exclude(answer__decided_by=None)  # what ends by itself was decided by nobody
    approved = Proposal.objects.filter(state=ProposalState.APPROVED)
    by_two = approved.filter(Q(item=OuterRef("pk")) | Q(item=None, subject_request=OuterRef("subject_request")))
    if alone := refused.filter(~Exists(by_two)).count():
        return red(f"{alone} refusals of late were approved by nobody.")
    if same := approved.filter(settled_by=F("proposed_by"), is_one_pair=False).count():
        return red(f"{same} decisions were approved by the one who proposed them.")
    marked = approved.filter(is_one_pair=True).count()
    return green(f"{refused.count()} refusals of late, each approved by a second person, {marked} by one pair of eyes.")


def check_consequences() -> ControlAnswer:
    """An objection that may end the service was confirmed by the person before it was carried out."""
    asked = ConsequenceQuestion.objects.filter(item__subject_request__is_demo=False)
    done = asked.filter(item__outcome__in=["fulfilled", "partly"])
    if unsaid := done.exclude(is_confirmed=True).count():
        return red(f"{unsaid} objections were carried out although the person had not confirmed what follows.")
    return green(f"{asked.count()} people were asked whether they want what follows; {done.count()} said yes.")


def check_several() -> ControlAnswer:
    """Every right asked for in an open request has a clock of its own."""
    items = RequestItem.objects.filter(subject_request__state__in=OPEN, subject_request__is_demo=False)
    if without := items.filter(clocks=None).count():
        return red(f"{without} rights asked for have no due date.")
    return green(f"{items.count()} rights asked for in open requests, each with its own due date.")


def check_in_time() -> ControlAnswer:
    """Every open request has a due date, and none that is confirmed is overdue."""
    rows = SubjectRequest.objects.filter(state__in=OPEN, is_demo=False)
    if without := rows.filter(due_on=None).count():
        return red(f"{without} open requests have no due date.")
    today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
    late = rows.filter(due_on__lt=today).exclude(state=State.UNCONFIRMED).count()
    if late:
        return red(f"{late} open requests are overdue.")
    waiting = rows.filter(state=State.UNCONFIRMED).count()
    return green(f"{rows.count()} open requests, {waiting} of them to be confirmed by the person; none is overdue.")


def check_reminders() -> ControlAnswer:
    """Reminders have somebody to go to, and the gate that stops stale ones stands."""
    if not send_gate.is_registered(may_remind):
        return red("The gate that holds back stale reminders is missing.")
    workers, approvers = staff_with("dsr", WORKERS), staff_with("dsr", APPROVERS)
    if not workers or not approvers:
        return not_configured("Nobody may work on requests or approve erasures: give somebody of staff these rights.")
    return green(f"Reminders go to {len(workers)} who work on requests, escalations to {len(approvers)}.")


control(64, code="dsr.released_with_the_answer", label="Access for everybody, with the answer", check=check_access)
control(69, code="dsr.counted_from_receipt", label="Filed at the desk, counted from receipt", check=check_written)
control(51, code="dsr.consequence_confirmed", label="What follows is read and confirmed", check=check_consequences)
control(72, code="dsr.second_person", label="A refusal is approved by a second person", check=check_second_person)
control(72, code="dsr.letters_are_whole", label="No letter leaves without its parts", check=check_letters)
control(70, code="dsr.identity_first", label="Nothing is granted before we know who asks", check=check_identity)
control(70, code="identity.evidence_goes", label="Evidence goes after the verdict", check=check_evidence)
control(94, code="dsr.child_first", label="A report about a child comes first", check=check_children)
control(70, code="dsr.few_mails", label="An address hears three times at most", check=check_few_mails)
control(70, code="dsr.never_asks", label="Nobody proves anything for an opt-out", check=check_never_asks)
control(74, code="dsr.package_first", label="A whole package before an access is answered", check=check_access)
control(74, code="dsr.leak_scan", label="Looked through for others and secrets before it leaves", check=check_leaks)
control(76, code="dsr.every_system_answers", label="Closed with an answer from every system", check=check_erasures)
control(77, code="dsr.restriction", label="Restriction, announced before it ends", check=check_restrictions)
control(78, code="dsr.opt_outs_at_once", label="An objection to advertising is done at once", check=check_opt_outs)
control(79, code="dsr.clock_for_each_right", label="Several rights, each with its due date", check=check_several)
control(82, code="dsr.stays_are_listed", label="The letter lists what stays, why and until when", check=check_stays)
control(101, code="dsr.question_converts", label="Questions become requests and keep their day", check=check_several)
control(80, code="dsr.answer_in_time", label="Due dates counted, 30 days at most", check=check_in_time)
control(80, code="dsr.reminders", label="Reminders of what is due", check=check_reminders)
