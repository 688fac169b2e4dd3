"""Collect what a letter says from the case, its decisions and its run."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from dsr.grounds import ground_in
from dsr.letters.authorities import authorities_for
from dsr.letters.facts import (
    Controller,
    Decided,
    LetterFacts,
    PackageFacts,
    Reason,
    StayLine,
    Stays,
    SystemDone,
    SystemSaid,
)
from dsr.models import ReceiptRow, RequestItem, Step, SubjectRequest, SystemAnswer
from dsr.outcomes import Said
from dsr.selectors import contact_of, items_of
from dsr.services.counting import laws_of_case
from dsr.services.system_answers import said_in
from privacy.kernel import clock
from privacy.kernel.errors import NotFound
from privacy.kernel.ready import Ready
from privacy.personal_data.models import PreparedPackage
from privacy.policy.selectors import document_in_force

OURS = "kept"
SYSTEM_ANSWERS = Ready(lambda case: SystemAnswer.objects.filter(item__subject_request_id=case))
CONTACTS = ("dpo", "legal", "post")  # what a letter gives of the policy's contacts, in this order


def letter_facts(
    subject_request: SubjectRequest, kind: str, *, items: Sequence[RequestItem] | None = None, **more: Any
) -> LetterFacts:
    """What every letter of a case says, and `more` fields of this one. `items` where they are at hand."""
    regime, *others = dict.fromkeys(reversed([law.profile for law in laws_of_case(subject_request)]))
    region = subject_request.region
    asked = items_of(subject_request) if items is None else items
    return LetterFacts(
        kind=kind,
        reference=subject_request.reference,
        regime=regime,
        region=region,
        also=tuple((other, authorities_for(regime=other, region=region)) for other in others),
        language=subject_request.language,
        name=contact_of(subject_request).name,
        received_on=_day(subject_request.received_at),
        rights=tuple(item.right for item in asked),
        controller=controller(),
        authorities=authorities_for(regime=regime, region=region),
        due_on=subject_request.due_on,
        backup_days=settings.KEPT_BACKUP_DAYS,
        **more,
    )


def answer_facts(subject_request: SubjectRequest, kind: str = "answer", **more: Any) -> LetterFacts:
    """The facts of an answer: those of every letter, and the decision about each right."""
    items = items_of(subject_request)
    return letter_facts(subject_request, kind, items=items, decided=decided(subject_request, items), **more)


def erasure_facts(
    subject_request: SubjectRequest, *, receipt: ReceiptRow, steps: list[Step], package: PreparedPackage | None
) -> LetterFacts:
    """The facts of the answer to an erasure and whatever was asked beside it."""
    return answer_facts(
        subject_request,
        systems=_systems(steps),
        stays=_stays(receipt, subject_request.regime or settings.KEPT_PROFILE),
        receipt=(str(receipt.pk), receipt.row_hash),
        package=package_facts(package),
    )


def controller() -> Controller:
    """Who answers: as the policy in force names them, else the address of this installation."""
    try:
        document = document_in_force()
    except NotFound:
        return Controller(settings.SITE_NAME, (("Web", settings.KEPT_BASE_URL),))
    found = {row.code: (row.label, row.address) for row in document.contacts}
    named = tuple(found[code] for code in CONTACTS if code in found)
    return Controller(document.policy.controller, named or tuple(found.values()))


def package_facts(package: PreparedPackage | None) -> PackageFacts | None:
    """A package as a letter tells of it."""
    if package is None or package.ends_at is None:
        return None
    return PackageFacts(package.rows or 0, package.systems or 0, _day(package.ends_at))


def decided(subject_request: SubjectRequest, items: Sequence[RequestItem]) -> tuple[Decided, ...]:
    """What was decided about each right that has its answer."""
    asked = SYSTEM_ANSWERS.all(subject_request.pk)
    regime = subject_request.regime or settings.KEPT_PROFILE
    return tuple(
        Decided(
            item.right,
            item.outcome,
            reason(item.ground, regime),
            item.answer.words if hasattr(item, "answer") else "",
            tuple(system_said(said_in(row), regime) for row in asked if row.item_id == item.pk),
        )
        for item in items
        if item.outcome
    )


def system_said(said: Said, regime: str) -> SystemSaid:
    """What a system answered, as a letter under this law says it."""
    if said.kept is None:
        return SystemSaid(said.label, said.answer, on=said.on)
    return SystemSaid(said.label, said.answer, reason(said.kept.ground, regime), said.kept.words, said.kept.review_on)


def reason(code: str, regime: str = "") -> Reason | None:
    """A ground as a letter under this law cites it; None where none is given. One that the catalogue lacks has no
    article."""
    if not code:
        return None
    found = ground_in(code, regime)
    return Reason(code, found.sentence, found.article) if found else Reason(code, code, "")


def _systems(steps: list[Step]) -> tuple[SystemDone, ...]:
    """Our own tables as one system with summed counts, every outside system by itself."""
    lines: dict[str, dict[str, Any]] = {}
    for step in steps:
        name = "Our own records" if step.system == OURS else step.label
        line = lines.setdefault(name, {"erased": 0, "blanked": 0, "retained": 0, "again": 0, "reasons": ()})
        line["erased"] += step.removed
        line["blanked"] += step.anonymized
        line["retained"] += step.retained
        line["again"] += step.already_done
        if step.reason and step.system != OURS:
            line["reasons"] += (step.reason,)
    return tuple(SystemDone(label=name, **line) for name, line in lines.items())


def _stays(receipt: ReceiptRow, regime: str) -> tuple[Stays, ...]:
    """What stays: by ground, and under it by table and until-date, in the words of our own tables' labels."""
    kept: dict[str, list[StayLine]] = {}
    body = json.loads(receipt.body)
    for table in [*body["tables"], *body["held_later"]]:
        if table["ground"] and table["rows"]:
            name = table["label"] if table["system"] == OURS else f"{table['label']}, {table['table']}"
            until = dt.date.fromisoformat(table["until"]) if table.get("until") else None
            line = StayLine(name, table["rows"], until, table.get("note") or "", bool(table.get("is_held")))
            kept.setdefault(table["ground"], []).append(line)
    return tuple(
        Stays(reason(code, regime) or Reason(code, code, ""), tuple(lines)) for code, lines in sorted(kept.items())
    )


def _day(moment: dt.datetime) -> dt.date:
    return clock.local_date(moment, settings.KEPT_TIME_ZONE)
