"""The proof that kept rows are gone, and the word about it to the person where we can still reach them."""

import datetime as dt

from dsr.letters.facts import Reason, StayLine, Stays
from dsr.models import ReceiptRow, SubjectRequest
from dsr.retained.models import RetainedSet
from dsr.services.letter_facts import letter_facts, reason
from dsr.services.letters import send_letter
from dsr.services.moving import note_history
from dsr.services.receipts import write_receipt
from privacy.kernel.actors import SYSTEM

LETTER = "erased_later"


def tell_and_prove(*, sets: list[RetainedSet], now: dt.datetime) -> ReceiptRow:
    """Write history, receipt and letter for the ended sets of one case, in the caller's transaction."""
    case = sets[0].subject_request
    rows = sum(row.rows for row in sets)
    receipt = _receipt(case, sets, now)
    note_history(subject_request=case, kind="retained_erased", actor=SYSTEM, now=now, detail=f"{len(sets)}:{rows}")
    if hasattr(case, "contact"):
        _write_letter(case, sets, receipt, now)
    return receipt


def _receipt(case: SubjectRequest, sets: list[RetainedSet], now: dt.datetime) -> ReceiptRow:
    counts = {
        "systems": len({each.system for each in sets}),
        "removed": sum(each.removed for each in sets),
        "anonymized": sum(each.anonymized for each in sets),
        "retained": 0,
    }
    lines = [_line(row) for row in sets]
    return write_receipt(subject_request=case, facts={"erased_later": lines}, counts=counts, now=now)


def _line(row: RetainedSet) -> dict[str, object]:
    return {
        "set": str(row.pk),
        "handler": row.handler,
        "system": row.system,
        "table": row.table,
        "rows": row.rows,
        "removed": row.removed,
        "anonymized": row.anonymized,
        "ground": row.ground,
        "until": row.until,
        "was_held": row.is_held,
    }


def _write_letter(case: SubjectRequest, sets: list[RetainedSet], receipt: ReceiptRow, now: dt.datetime) -> None:
    """A case can have several of these, one for each day on which something went."""
    lines: dict[str, list[StayLine]] = {}
    for row in sets:
        name = row.label if row.system == "kept" else f"{row.label}, {row.table}"
        until = None if row.is_held else row.until
        lines.setdefault(row.ground, []).append(StayLine(name, row.rows, until))
    gone = tuple(
        Stays(reason(code, case.regime) or Reason(code, code, ""), tuple(each)) for code, each in sorted(lines.items())
    )
    facts = letter_facts(case, LETTER, stays=gone, receipt=(str(receipt.pk), receipt.row_hash))
    send_letter(subject_request=case, facts=facts, now=now)
