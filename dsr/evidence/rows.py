"""What a case consists of, as plain rows: rights, clocks, plans, answers of systems, letters, packages, maskings."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import models

from dsr.decisions.models import Proposal
from dsr.decisions.services import WHOLE
from dsr.models import (
    Approval,
    Clock,
    ErasurePlan,
    ItemAnswer,
    Letter,
    RequestItem,
    Step,
    SubjectRequest,
    SystemAnswer,
)
from privacy.jobs.models import OutboxMessage
from privacy.kernel.canonical import plain_of
from privacy.personal_data.leaks.models import LeakFinding
from privacy.personal_data.models import PreparedPackage

Part = Callable[[SubjectRequest], Iterable[dict[str, Any]]]
_parts: dict[str, Part] = {}
CASE = (
    *("id", "reference", "state", "channel", "received_at", "filed_at", "identity_level", "confirmed_at", "closed_at"),
    *("due_on", "safe_on", "policy_version", "regime", "region", "role", "language", "is_demo"),
)


def register_part(name: str, rows: Part) -> None:
    """Add a file of rows to the evidence of a case: `name`.jsonl. ValueError where the name is taken."""
    if name in _parts or name in OWN:
        raise ValueError(f"The evidence has a part {name}.")
    _parts[name] = rows


def parts() -> dict[str, Part]:
    """Every part by name, our own first."""
    return {**OWN, **_parts}


def case_row(case: SubjectRequest) -> dict[str, Any]:
    """The case itself; it has no personal field."""
    return _row(case, CASE)


def _row(row: models.Model, names: Iterable[str], **more: Any) -> dict[str, Any]:
    return {**{name: plain_of(getattr(row, name)) for name in names}, **more}


def _rights(case: SubjectRequest) -> Iterator[dict[str, Any]]:
    words = {row.item_id: row for row in ItemAnswer.objects.filter(item__subject_request=case)}
    for item in RequestItem.objects.filter(subject_request=case).order_by("right"):
        answer = words.get(item.pk)
        decided = {"decided_by": plain_of(answer.decided_by), "words": answer.words} if answer else {}
        yield _row(item, ("id", "right", "outcome", "ground", "decided_at"), **decided)


def _clocks(case: SubjectRequest) -> Iterator[dict[str, Any]]:
    names = ("kind", "number", "profile", "calendar", "rule_version", "due_on", "safe_on", "statute_on", "promise_on")
    rows = Clock.objects.filter(item__subject_request=case).select_related("item").order_by("item__right", "number")
    for row in rows:
        inputs = json.loads(row.inputs)
        yield _row(row, (*names, "trace", "computed_at"), right=row.item.right, inputs=inputs)


def _approvals(case: SubjectRequest) -> Iterator[dict[str, Any]]:
    given = {row.plan_id: row for row in Approval.objects.filter(plan__subject_request=case)}
    for plan in ErasurePlan.objects.filter(subject_request=case).order_by("number"):
        names = ("id", "number", "state", "digest", "is_supplementary", "prepared_by", "prepared_at")
        yes = given.get(plan.pk)
        approval = _row(yes, ("approved_by", "approved_at", "digest", "mark")) if yes else None
        yield _row(plan, names, summary=json.loads(plan.summary), approval=approval)


def _decisions(case: SubjectRequest) -> Iterator[dict[str, Any]]:
    """What was proposed and who agreed to it, or sent it back; by its hash, the words stand with the rights."""
    names = ("id", "state", "why", "outcome", "ground", "digest", "proposed_by", "proposed_at")
    for row in Proposal.objects.filter(subject_request=case).select_related("item").order_by("proposed_at", "pk"):
        right = row.item.right if row.item else WHOLE
        yield _row(row, (*names, "settled_by", "settled_at", "is_one_pair"), right=right)


def _systems(case: SubjectRequest) -> Iterator[dict[str, Any]]:
    names = ("position", "handler", "system", "label", "state", "answer", "reason")
    counts = ("removed", "anonymized", "retained", "already_done", "last_error_code", "verified_at")
    for step in Step.objects.filter(run__plan__subject_request=case).order_by("run__started_at", "position"):
        yield _row(step, (*names, *counts), residuals=step.left_over)
    by_hand = SystemAnswer.objects.filter(item__subject_request=case).select_related("item")
    for row in by_hand.order_by("item__right", "label"):
        yield _row(
            row, ("system", "label", "answer", "ground", "words", "review_on"), right=row.item.right, by_hand=True
        )


def _letters(case: SubjectRequest) -> Iterator[dict[str, Any]]:
    """What was written, and how it left; the text stands in the file that is named."""
    sent = OutboxMessage.objects.in_bulk([row.outbox_id for row in letters_of(case) if row.outbox_id])
    for number, letter in enumerate(letters_of(case), 1):
        mail = sent.get(letter.outbox_id) if letter.outbox_id else None
        yield _row(
            letter,
            ("id", "kind", "number", "language", "created_at"),
            file=letter_file(number, letter),
            sha256=hashlib.sha256(letter.text.encode()).hexdigest(),
            sent=_row(mail, ("state", "created_at", "accepted_at")) if mail else None,
        )


def letters_of(case: SubjectRequest) -> list[Letter]:
    """The letters in the order in which they were written."""
    return list(Letter.objects.filter(subject_request=case).order_by("created_at", "kind", "number"))


def letter_file(number: int, letter: Letter) -> str:
    """The name of a letter's file."""
    return f"letters/{number:02d}-{letter.kind}.txt"


def _packages(case: SubjectRequest) -> Iterator[dict[str, Any]]:
    """What was put together and handed out: counts and hashes, no data."""
    names = ("id", "state", "contents", "language", "asked_at", "ready_at", "released_at", "ends_at", "taken_at")
    for row in PreparedPackage.objects.filter(case_id=case.pk).order_by("asked_at"):
        counts = ("rows", "systems", "size", "masked", "downloads", "most_downloads")
        yield _row(row, (*names, *counts), sha256=row.digest, silent=json.loads(row.silent))


def _maskings(case: SubjectRequest) -> Iterator[dict[str, Any]]:
    """What was found that must not leave, where, and who decided what: no value, and no beginning of one."""
    names = ("package_id", "kind", "place", "row", "column", "times", "state", "decided_by", "decided_at")
    rows = LeakFinding.objects.filter(package__case_id=case.pk).order_by("created_at", "place", "row")
    for row in rows:
        yield _row(row, (*names, "confirmed_by", "is_one_pair"), reason=row.reason)


OWN: dict[str, Part] = {
    "rights": _rights,
    "clocks": _clocks,
    "approvals": _approvals,
    "decisions": _decisions,
    "systems": _systems,
    "letters": _letters,
    "packages": _packages,
    "maskings": _maskings,
}
