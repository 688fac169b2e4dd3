"""What a new version does to each purpose: nothing, a minor change, or a material one. Pure.

A material change makes the consents given before it stale: they deny until the person reaffirms. Under
another basis the person is informed. A minor change keeps every grant.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from privacy.policy.document import PolicyDocument, PurposeEntry
from privacy.policy.vocabulary import Basis, ChangeKind, MessageClass

REASON_WORDS = {
    "basis": "rests on another basis",
    "categories": "uses more data",
    "recipients": "goes to more recipients",
    "recipient_role": "a recipient takes another role",
    "recipient_categories": "a recipient gets more data",
    "valid_days": "a consent lasts longer",
    "retention": "data is kept longer",
    "channels": "reaches people by another way",
    "message_class": "becomes a promotion",
    "denied_by": "a browser signal does not deny it any more",
    "double_opt_in": "is not confirmed twice any more",
    "marked": "legal marked the new text as a material change",
    "returned": "comes back after it was gone",
}


@dataclass(frozen=True, slots=True)
class PurposeChange:
    """What becomes of one purpose, with the reasons (codes) of a material change, and from when on old
    grants do not count."""

    code: str
    kind: ChangeKind
    reasons: tuple[str, ...] = ()
    stale_before: dt.date | None = None

    @property
    def words(self) -> str:
        return ", ".join(REASON_WORDS[each] for each in self.reasons)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A purpose as it was published last: its text, when it was in force, and what was stale then."""

    document: PolicyDocument
    effective_on: dt.date
    stale_before: dt.date | None = None


def purpose_changes(
    after: PolicyDocument, earlier: Mapping[str, Earlier], newest_on: dt.date | None
) -> list[PurposeChange]:
    """The change of every purpose of `after`. `earlier` has, by code, the last published version that knew the
    purpose; `newest_on` is the date of the last published version, so that one that was gone is noticed."""
    return [_change_of(each, after, earlier.get(each.code), newest_on) for each in after.purposes]


def _change_of(
    purpose: PurposeEntry, after: PolicyDocument, before: Earlier | None, newest_on: dt.date | None
) -> PurposeChange:
    effective_on = after.policy.effective_on
    if before is None:
        return PurposeChange(purpose.code, ChangeKind.NEW)
    reasons = tuple(material_reasons(purpose.code, before.document, after))
    if newest_on and before.effective_on < newest_on:
        reasons = (*reasons, "returned")
    if reasons:
        return PurposeChange(purpose.code, ChangeKind.MATERIAL, reasons, effective_on)
    is_same = _shown(before.document, purpose.code) == _shown(after, purpose.code)
    return PurposeChange(purpose.code, ChangeKind.SAME if is_same else ChangeKind.MINOR, (), before.stale_before)


def material_reasons(code: str, before: PolicyDocument, after: PolicyDocument) -> Iterator[str]:
    """Why the change of a purpose that both versions have is a material one, or nothing."""
    old, new = _purpose(before, code), _purpose(after, code)
    if old.basis != new.basis:
        yield "basis"
    for field in ("categories", "recipients", "channels"):
        if set(getattr(new, field)) - set(getattr(old, field)):
            yield field
    yield from _recipient_reasons(old, new, before, after)
    if _is_longer(old.valid_days, new.valid_days):
        yield "valid_days"
    if _keeps_longer(old, new, before, after):
        yield "retention"
    if new.message_class != old.message_class and new.message_class == MessageClass.PROMOTIONAL:
        yield "message_class"
    if set(old.denied_by) - set(new.denied_by):
        yield "denied_by"
    if old.double_opt_in and not new.double_opt_in and new.basis == Basis.CONSENT:
        yield "double_opt_in"
    if code in after.policy.reaffirm:
        yield "marked"


def basis_refusal(code: str, before: PolicyDocument, after: PolicyDocument) -> str:
    """Why a purpose cannot have this other basis, or nothing (G-12).

    A purpose keeps its basis, with one exception: it may come to need consent. Then nobody's old answer
    counts, and the version must say that its change is material, so that people are told.
    """
    old, new = _purpose(before, code), _purpose(after, code)
    if old.basis == new.basis:
        return ""
    if new.basis != Basis.CONSENT:
        return f"{new.label} rested on {_word(old.basis)} and cannot rest on {_word(new.basis)} from now on."
    if not after.policy.material:
        return f"{new.label} comes to need consent; such a change is material."
    return ""


def _word(basis: str) -> str:
    return Basis(basis).label.lower()


def _purpose(document: PolicyDocument, code: str) -> PurposeEntry:
    return next(each for each in document.purposes if each.code == code)


def _is_longer(old: int | None, new: int | None) -> bool:
    """None is without an end."""
    return old is not None and (new is None or new > old)


def _recipient_reasons(
    old: PurposeEntry, new: PurposeEntry, before: PolicyDocument, after: PolicyDocument
) -> Iterator[str]:
    known = {each.code: each for each in before.recipients}
    both = [
        (known[each.code], each) for each in after.recipients if each.code in set(old.recipients) & set(new.recipients)
    ]
    if any(earlier.role != later.role for earlier, later in both):
        yield "recipient_role"
    if any((set(later.categories) - set(earlier.categories)) & set(new.categories) for earlier, later in both):
        yield "recipient_categories"


def _keeps_longer(old: PurposeEntry, new: PurposeEntry, before: PolicyDocument, after: PolicyDocument) -> bool:
    """Whether a period for data of the purpose is longer than before, or ended and did not follow."""
    mine = set(old.categories) & set(new.categories)
    later = {each.code: each for each in after.retention}
    return any(
        each.category in mine and (each.code not in later or later[each.code].days > each.days)
        for each in before.retention
    )


def _shown(document: PolicyDocument, code: str) -> tuple[object, ...]:
    """Everything about a purpose that people read."""
    notices = tuple(each for each in document.notices if each.purpose == code)
    return (_purpose(document, code), notices)
