"""Where a policy says two things at once: what legal noted (C1 to C11), and what is seen without a note."""

from collections.abc import Callable, Iterator

from privacy.policy.asking_rules import PAYMENT_DATA
from privacy.policy.document import PolicyDocument
from privacy.policy.lint.catalog import Finding
from privacy.policy.lint.words import find
from privacy.policy.vocabulary import Basis, Group, RecipientRole

ASKED = frozenset({Basis.CONSENT, Basis.SOFT_OPT_IN})


def contradiction_findings(document: PolicyDocument) -> Iterator[Finding]:
    """Each noted contradiction with what is followed, and each that nobody noted."""
    noted = {each.code for each in document.contradictions}
    for entry in document.contradictions:
        told = f"{entry.code.upper()}: {entry.says} But: {entry.against}"
        where = f"contradictions.{entry.code}"
        yield Finding("contradiction", where, line=entry.line, told=told, remedy=f"We follow: {entry.followed}")
    for code, (applies, told, mend) in DETECTORS.items():
        if code not in noted and applies(document):
            yield Finding("contradiction", f"contradictions.{code}", told=f"{code.upper()}: {told}", remedy=mend)


def _sentences(document: PolicyDocument) -> str:
    return " ".join(each.text for section in document.statements for each in section.sentences).casefold()


def _says(*phrases: str) -> Callable[[PolicyDocument], bool]:
    return lambda document: any(phrase in _sentences(document) for phrase in phrases)


def _payment_is_loose(document: PolicyDocument) -> bool:
    return any(each.code == PAYMENT_DATA and not each.only_for for each in document.categories)


def _employees_and_others(document: PolicyDocument) -> bool:
    roles = {each.role for each in document.recipients} - {RecipientRole.PROCESSOR, RecipientRole.AUTHORITY}
    return bool(roles) and _says("employees only", "only to employees", "restricted to employees")(document)


def _individual_trackers(document: PolicyDocument) -> bool:
    tracked = any(each.group == Group.MEASUREMENT and each.basis == Basis.CONSENT for each in document.purposes)
    return tracked and _says("not tied to you", "not linked to you", "does not identify you")(document)


def _date_at_end(document: PolicyDocument) -> bool:
    return "{effective_on}" not in " ".join(each.text for section in document.statements for each in section.sentences)


def _consent_by_use(document: PolicyDocument) -> bool:
    return bool(find("terms", _sentences(document), document.policy.language))


def _several_mailboxes(document: PolicyDocument) -> bool:
    return sum("@" in each.address for each in document.contacts) > 1


def _cards(document: PolicyDocument) -> bool:
    return any(
        "card number" in each.description.casefold() and "never" not in each.description.casefold()
        for each in document.categories
    )


def _undeclared_number(document: PolicyDocument) -> bool:
    kinds = " ".join(f"{each.label} {each.description}" for each in document.categories).casefold()
    return "social security" in _sentences(document) and "social security" not in kinds


def _promotion_without_asking(document: PolicyDocument) -> bool:
    return any(each.group == Group.MESSAGES and each.basis not in ASKED for each in document.purposes)


def _no_age_gate(document: PolicyDocument) -> bool:
    return document.policy.minimum_age > 0 and not any(each.code == "age_gate" for each in document.surfaces)


Detector = tuple[Callable[[PolicyDocument], bool], str, str]
DETECTORS: dict[str, Detector] = {
    "c1": (_payment_is_loose, "Payment data is bound to no purpose.", "Bind it with only_for."),
    "c2": (
        _employees_and_others,
        "Names are for employees only, and others receive them.",
        "Say that others see them masked, or name the recipients.",
    ),
    "c3": (
        _individual_trackers,
        "Trackers are not tied to anybody, and yet tell people apart.",
        "State the level of each tracker.",
    ),
    "c4": (
        _date_at_end,
        "The text does not state its own date.",
        "Write {effective_on} into a sentence.",
    ),
    "c5": (_consent_by_use, "Using the service is taken for consent.", "Acceptance grants nothing; say so."),
    "c6": (
        _says("reasonable time", "in due course"),
        "Some people are promised days and others a reasonable time.",
        "Promise everybody {response_days} days.",
    ),
    "c7": (_several_mailboxes, "Requests and opt-outs go to different mailboxes.", "Say that both reach one queue."),
    "c8": (
        _cards,
        "Card numbers are collected and not kept.",
        "Say that they are never stored.",
    ),
    "c9": (_undeclared_number, "A kind of data is protected that is not collected.", "Declare it, or remove it."),
    "c10": (
        _promotion_without_asking,
        "Promotions can be opted out of, tracking is opted in to.",
        "Ask before both, or use soft opt-in with its proofs.",
    ),
    "c11": (
        _no_age_gate,
        "Nothing is collected from children, and no place asks for an age.",
        "Declare the age gate under surfaces.",
    ),
}
