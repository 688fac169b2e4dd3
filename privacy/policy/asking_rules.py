"""What makes the parts about asking consistent: payment data, soft opt-in, regions. Pure, like `rules`."""

import datetime as dt
from collections.abc import Iterator

from privacy.policy.asking_entries import RegionEntry
from privacy.policy.board import is_on
from privacy.policy.document import PolicyDocument, PurposeEntry
from privacy.policy.reading import Problem
from privacy.policy.vocabulary import Basis, Channel, Group, MessageClass, Switch

PAYMENT_DATA = "billing"  # the category of payment data, in every policy
PROMOTING = frozenset({Group.MESSAGES, Group.SHARING})
ELECTRONIC = frozenset({Channel.EMAIL, Channel.SMS, Channel.MESSAGING, Channel.PUSH})
FOREVER = dt.date.max


def asking_problems(document: PolicyDocument) -> Iterator[Problem]:
    """Everything wrong with purposes that promote, soft opt-in, regions, and what must be reaffirmed."""
    for purpose in document.purposes:
        yield from _payment_problems(purpose)
        yield from _soft_opt_in_problems(purpose)
    yield from _region_problems(document)
    known = {each.code for each in document.purposes}
    for code in document.policy.reaffirm:
        if code not in known:
            message = f"There is no purpose “{code}”."
            yield Problem(
                document.policy.line, "policy.reaffirm", message, "Define it under purposes or mend the code."
            )


def _payment_problems(purpose: PurposeEntry) -> Iterator[Problem]:
    """Promise S29: payment data is never used to promote or to share, whatever a file says elsewhere."""
    promotes = purpose.group in PROMOTING or purpose.message_class == MessageClass.PROMOTIONAL
    if promotes and PAYMENT_DATA in purpose.categories and is_on("policy.payment_data"):
        path = f"purposes.{purpose.code}.categories"
        message = "Payment data is never used for promotion or sharing."
        yield Problem(purpose.line, path, message, f"Remove {PAYMENT_DATA} from this purpose.")


def _soft_opt_in_problems(purpose: PurposeEntry) -> Iterator[Problem]:
    def problem(field: str, message: str, mend: str) -> Problem:
        return Problem(purpose.line, f"purposes.{purpose.code}.{field}", message, mend)

    texts = {
        "similar_to": ("Soft opt-in covers similar products only.", "Say which products or services of your own."),
        "opt_out_offer": (
            "Soft opt-in needs the opt-out that was offered when the address was collected.",
            "Write the sentence that stands beside the field.",
        ),
    }
    for field, (message, mend) in texts.items():
        is_there = bool(getattr(purpose, field))
        if purpose.basis == Basis.SOFT_OPT_IN and not is_there:
            yield problem(field, message, mend)
        if purpose.basis != Basis.SOFT_OPT_IN and is_there:
            yield problem(field, "Only soft opt-in has this text.", "Remove it, or change the basis.")
    if purpose.basis != Basis.SOFT_OPT_IN:
        return
    if purpose.message_class != MessageClass.PROMOTIONAL:
        yield problem("message_class", "Soft opt-in is for promotional messages.", "Write promotional here.")
    if other := sorted(set(purpose.channels) - ELECTRONIC):
        mend = f"Remove {', '.join(other)} here, or ask for consent."
        yield problem("channels", "Soft opt-in is for electronic mail only.", mend)
    if purpose.double_opt_in:
        yield problem("double_opt_in", "Soft opt-in is not asked for, so nothing is confirmed.", "Remove it.")


def _region_problems(document: PolicyDocument) -> Iterator[Problem]:
    switches = {each.code: each.switch for each in document.purposes}
    seen: dict[str, list[RegionEntry]] = {}
    for rule in document.regions:
        path = f"regions.{rule.code}"
        if rule.until_on and rule.until_on < rule.from_on:
            yield Problem(rule.line, f"{path}.until_on", "The rule ends before it begins.", "Write a later day.")
        for other in seen.get(rule.code, []):
            if rule.from_on <= (other.until_on or FOREVER) and other.from_on <= (rule.until_on or FOREVER):
                message = f"Two rules for {rule.code} stand on the same day; the other is on line {other.line}."
                yield Problem(rule.line, f"{path}.from_on", message, "End one before the other begins.")
        seen.setdefault(rule.code, []).append(rule)
        for code in rule.on_by_default:
            if switches.get(code, Switch.CONSENT) is not Switch.CONSENT:
                message = f"{code} needs no consent, so it has no default."
                yield Problem(rule.line, f"{path}.on_by_default", message, "Remove it here.")
