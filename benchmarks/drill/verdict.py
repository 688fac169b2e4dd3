"""The verdict over the product: every request against the database, the log, the mails and the outside system."""

import base64
import hashlib
import io
import json
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from accounts.models import User
from benchmarks.drill import counting
from benchmarks.drill.answers import NEW_NAME
from benchmarks.drill.counting import Faults
from benchmarks.drill.front import PURPOSES, accepted
from benchmarks.drill.scene import ANSWERED, AT_ONCE, BY_PACKAGE, Scene, Wish
from consent.models import ConsentEvent, Preference
from dsr.models import HistoryRow, ItemAnswer, Letter, ReceiptRow, Step, SubjectRequest
from dsr.retained.models import RetainedSet, SetState
from dsr.services.closing import OURS
from dsr.states import Answer
from privacy.audit.models import AuditEvent
from privacy.audit.sealing import seal_pending
from privacy.audit.verifying import verify_ledger
from privacy.jobs.models import Job, JobState, MessageClass, OutboxMessage, SendState
from privacy.kernel import clock
from privacy.kernel.blind_index import blind_index
from privacy.kernel.keyring import UnreadableValue
from privacy.kernel.sealed_file import open_sealed
from privacy.personal_data import prepared as packages
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.selectors import is_restricted
from privacy.retention.journal import read_journal

RIGHT_REFUSALS = {
    "refused:plan_problems",  # the outside system was down while a plan was prepared
    "refused:open_correction",  # it has not confirmed a correction yet
}


def judge(scene: Scene, folder: Path) -> Faults:
    """Count everything; to be called once nothing runs any more."""
    faults, mails = Faults(), accepted(folder)
    cases: dict[str, list[SubjectRequest]] = defaultdict(list)
    for case in SubjectRequest.objects.select_related("contact"):
        cases[case.contact.index].append(case)
    for wish in scene.wishes:
        if wish.is_case:
            _judge_case(faults, wish, cases[blind_index("email", wish.email)], {mail["id"] for mail in mails})
        elif wish.kind == "choose":
            _judge_choices(faults, wish)
        else:
            _judge_package(faults, wish)
    erased = {wish.email for wish in scene.wishes if wish.kind.startswith("erase")}
    faults.lost += counting.left_outside(folder / "outside.sqlite3", erased)
    _judge_effects(faults, mails, folder)
    _judge_jobs(faults)
    _judge_log(faults, folder)
    return faults


def _judge_case(faults: Faults, wish: Wish, cases: list[SubjectRequest], mail_ids: set[str]) -> None:
    if len(cases) != 1:
        (faults.doubled if cases else faults.lost).append(f"{wish.kind}: {len(cases)} requests for one wish")
        return
    case = cases[0]
    if case.state != wish.last_state:
        faults.stuck.append(f"request {case.reference} is {case.state}")
        return
    expected = set() if wish.kind in AT_ONCE else {"acknowledgement"}  # what is done at once is answered at once
    expected |= {"refusal"} if wish.kind == "refuse" else set()
    expected |= {"answer"} if wish.last_state == "closed" else set()
    expected |= {"erased_later"} if wish.kind == "erase_held" else set()
    for kind in expected:
        letter = Letter.objects.filter(subject_request=case, kind=kind).first()
        if letter is None or f"<{letter.outbox_id}@kept.invalid>" not in mail_ids:
            faults.lost.append(f"request {case.reference}: the {kind} was not accepted by the mail server")
    if wish.kind.startswith("erase"):
        _judge_erasure(faults, case, receipts_due=2 if wish.kind == "erase_held" else 1)
    if wish.kind in ANSWERED:
        _judge_answer(faults, wish, case)
    _judge_history(faults, case)


def _judge_answer(faults: Faults, wish: Wish, case: SubjectRequest) -> None:
    """One decision, and what it means stands once."""
    if ItemAnswer.objects.filter(item__subject_request=case, item__right=ANSWERED[wish.kind]).count() != 1:
        faults.doubled.append(f"request {case.reference}: not one answer")
    if wish.kind in {"correct", "correct_own"}:
        if User.objects.get(pk=wish.user_id).name != NEW_NAME:
            faults.lost.append(f"request {case.reference}: the correction is not there")
        if case.corrections.count() != 1 or case.tasks.count() != 1:
            faults.doubled.append(f"request {case.reference}: not one correction and one task")
    if wish.kind == "restrict" and not is_restricted(wish.subject_id):
        faults.lost.append(f"request {case.reference}: the restriction does not stand")
    released = PreparedPackage.objects.filter(case_id=case.pk).exclude(released_at=None).count()
    if wish.kind in BY_PACKAGE and released != 1:
        (faults.doubled if released else faults.lost).append(f"request {case.reference}: {released} packages released")


def _judge_erasure(faults: Faults, case: SubjectRequest, *, receipts_due: int) -> None:
    receipts = ReceiptRow.objects.filter(subject_request_id=case.pk).count()
    if RetainedSet.objects.filter(subject_request=case, is_held=True, state=SetState.KEPT).exists():
        faults.stuck.append(f"request {case.reference}: what a released hold kept is still there")
    if receipts != receipts_due:
        where = faults.doubled if receipts > receipts_due else faults.gaps
        where.append(f"request {case.reference}: {receipts} receipts")
    plan = case.plans.get(state="approved")
    planned = {line["handler"]: sum(table["rows"] for table in line["tables"]) for line in json.loads(plan.summary)}
    for step in Step.objects.filter(run__plan=plan):
        counted = step.removed + step.anonymized + step.retained + step.already_done
        if counted != planned[step.handler]:
            faults.gaps.append(f"request {case.reference}: {step.handler} counted {counted} of {planned[step.handler]}")
    if str(case.pk) not in {entry.scope for entry in read_journal()}:
        faults.gaps.append(f"request {case.reference} is not in the erasure journal")


def _judge_history(faults: Faults, case: SubjectRequest) -> None:
    """Each thing once, one answer of each system, and an unbroken way from state to state."""
    rows = list(HistoryRow.objects.filter(subject_request_id=case.pk).order_by("at", "id"))
    counted = Counter(row.kind if row.kind != "system_answered" else row.detail.split(":")[0] for row in rows)
    repeatable = {"package_asked", "blocked", "unblocked", "letter_written", "confirmation_sent", "confirmation_resent"}
    for kind, number in counted.items():
        if number > 1 and kind not in repeatable:
            faults.doubled.append(f"request {case.reference}: {number} history rows {kind}")
    steps = list(Step.objects.filter(run__plan__subject_request=case))
    empty = [step for step in steps if step.system == OURS and step.answer == Answer.NOTHING_HELD]  # in one row
    told = {step.handler for step in steps} - {step.handler for step in empty}
    silent = (told | ({f"{OURS}*{len(empty)}"} if empty else set())) - set(counted)
    faults.gaps += [f"request {case.reference}: no history row of the answer of {handler}" for handler in silent]
    moves = sorted((row.from_state, row.to_state) for row in rows if row.to_state)
    if not _is_one_way(moves, case):
        faults.gaps.append(f"request {case.reference}: the history does not lead to {case.state}: {moves}")


def _is_one_way(moves: list[tuple[str, str]], case: SubjectRequest) -> bool:
    """Whether the moves can be walked as one path, each used once, that ends in the case's state."""
    net = Counter(to for _, to in moves)
    net.subtract(Counter(old for old, _ in moves))
    starts = [state for state, balance in net.items() if balance == -1]
    ends = [state for state, balance in net.items() if balance == 1]
    others = [state for state, balance in net.items() if balance not in {-1, 0, 1}]
    return ends == [case.state] and len(starts) == 1 and not others


def _judge_choices(faults: Faults, wish: Wish) -> None:
    events = Counter(ConsentEvent.objects.filter(subject_id=wish.subject_id).values_list("purpose", flat=True))
    for purpose in PURPOSES:
        if events[purpose] != 1:
            (faults.doubled if events[purpose] else faults.lost).append(f"{events[purpose]} choices about {purpose}")
    preferences = dict(Preference.objects.filter(subject_id=wish.subject_id).values_list("purpose", "event_id"))
    told = dict(ConsentEvent.objects.filter(subject_id=wish.subject_id).values_list("purpose", "id"))
    if preferences != told:
        faults.gaps.append("a preference does not follow from its event")


def _judge_package(faults: Faults, wish: Wish) -> None:
    """One package, ready, whole under its key, and in the log once for each thing that happened to it."""
    found = list(PreparedPackage.objects.filter(subject_id=wish.subject_id))
    if len(found) != 1:
        (faults.doubled if found else faults.lost).append(f"{len(found)} packages for one wish")
        return
    package = found[0]
    if package.state != PackageState.READY:
        faults.stuck.append(f"package {package.pk} is {package.state}")
    elif wrong := _wrong_with(package):
        faults.lost.append(f"package {package.pk} {wrong}")
    for code in ("personal_data.package_asked", "personal_data.package_ready"):
        events = AuditEvent.objects.filter(type=code, target_id=package.pk).count()
        if events != 1:
            faults.gaps.append(f"package {package.pk}: {events} events {code}")


def _wrong_with(package: PreparedPackage) -> str:
    """What is wrong with a package's file; empty where it is whole."""
    try:
        with (packages.folder() / package.file).open("rb") as file:
            key = base64.b64decode(package.file_key)
            plain = b"".join(open_sealed(file, key=key, context=str(package.pk)))
        with zipfile.ZipFile(io.BytesIO(plain)) as archive:
            damaged = archive.testzip()
    except (OSError, UnreadableValue, zipfile.BadZipFile) as error:
        return f"cannot be read ({type(error).__name__})"
    return "has a damaged file" if damaged or hashlib.sha256(plain).hexdigest() != package.digest else ""


def _judge_effects(faults: Faults, mails: list[dict[str, Any]], folder: Path) -> None:
    store = folder / "outside.sqlite3"
    rows = {row.message_id: row for row in OutboxMessage.objects.all()}
    reminders = {number for number, row in rows.items() if row.message_class == MessageClass.REMINDER}
    faults.doubled += counting.double_effects(store)
    faults.doubled += counting.double_mails(mails, reminders)
    faults.gaps += [f"mail {mail['id']} left without a row" for mail in mails if mail["id"] not in rows]
    noted = set(
        AuditEvent.objects.filter(type__in=["mail.accepted", "mail.resolved"]).values_list("target_id", flat=True)
    )
    for number in {mail["id"] for mail in mails} & rows.keys():
        if rows[number].state != SendState.SENT or rows[number].pk not in noted:
            faults.gaps.append(f"mail {number} was accepted and is {rows[number].state} here")
    faults.figures |= counting.outside_figures(store)
    faults.figures["mails"] = len(mails)
    faults.figures["mails_uncertain"] = AuditEvent.objects.filter(type="mail.uncertain").count()


def _judge_jobs(faults: Faults) -> None:
    now = clock.now()
    for job in Job.objects.exclude(state=JobState.DONE):
        if job.state != JobState.READY or job.run_after <= now:
            faults.stuck.append(
                f"job {job.kind} {job.pk} is {job.state} after {job.attempts} attempts: {job.last_error_code}"
            )
    for message in OutboxMessage.objects.exclude(state=SendState.SENT):
        faults.stuck.append(f"mail {message.template} {message.pk} is {message.state}")
    tries = Counter(Job.objects.values_list("fence", flat=True))
    faults.figures["jobs"] = sum(tries.values())
    faults.figures["jobs_taken_again"] = sum((fence - 1) * n for fence, n in tries.items() if fence > 1)
    faults.figures["most_attempts"] = max(tries, default=0)


def _judge_log(faults: Faults, folder: Path) -> None:
    while seal_pending(now=clock.now()):
        pass
    report = verify_ledger(now=clock.now())
    faults.gaps += report.faults
    faults.figures |= {"events": report.events, "seals": report.seals, "checkpoints": report.checkpoints}
    known = {str(pk) for model in (ConsentEvent, SubjectRequest) for pk in model.objects.values_list("pk", flat=True)}
    told = [json.loads(line) for line in (folder / "acknowledged.jsonl").read_text().splitlines()]
    faults.lost += [f"{what} {row} was acknowledged and is gone" for _, what, row in told if row and row not in known]
    refusals = [what for _, what, _ in told if what.startswith("refused:")]
    faults.gaps += [f"a service said {what}" for what in refusals if what not in RIGHT_REFUSALS]
    faults.figures |= {"acknowledged": len(told) - len(refusals), "put_off": len(refusals)}
