"""Rules about what purposes are made of: bases, data, recipients, languages, regions."""

from collections.abc import Iterator

from privacy.policy.asking_rules import ELECTRONIC
from privacy.policy.board import is_on
from privacy.policy.crossing import recipients_without_transfer
from privacy.policy.document import PolicyDocument, PurposeEntry
from privacy.policy.lint.catalog import Finding
from privacy.policy.lint.words import find
from privacy.policy.vocabulary import Basis, Group, MessageClass, RecipientRole, Switch, Treatment

OUTSIDE = frozenset({RecipientRole.PARTNER, RecipientRole.AFFILIATE, RecipientRole.PUBLISHER})


def shape_findings(document: PolicyDocument) -> Iterator[Finding]:
    """What is wrong with a purpose whatever its words are."""
    tracking = tracking_categories(document)
    roles = {each.code: each.role for each in document.recipients}
    for purpose in document.purposes:
        yield from _interest(purpose, tracking, document)
        yield from _bundles(purpose, tracking, roles)
    yield from _labels(document)
    yield from _languages(document)
    yield from _recipients(document)
    yield from _regions(document)
    yield from _borders(document)


def _borders(document: PolicyDocument) -> Iterator[Finding]:
    """Promise S61: nothing leaves without a mechanism."""
    for each in recipients_without_transfer(document) if is_on("policy.transfers") else ():
        yield Finding("no_mechanism", f"recipients.{each.code}.country", each.country, line=each.line)


def tracking_categories(document: PolicyDocument) -> set[str]:
    """Kinds of data whose own words speak of cookies, beacons or pixels."""
    language = document.policy.language
    return {each.code for each in document.categories if find("tracker", f"{each.label}. {each.description}", language)}


def _interest(purpose: PurposeEntry, tracking: set[str], document: PolicyDocument) -> Iterator[Finding]:
    where = f"purposes.{purpose.code}.basis"
    if purpose.basis == Basis.LEGITIMATE_INTEREST:
        words = find("tracker", f"{purpose.label}. {purpose.summary}", document.policy.language)
        if seen := words or ", ".join(sorted(tracking & set(purpose.categories))):
            yield Finding("interest_for_tracking", where, seen, line=purpose.line)
        is_promotion = purpose.message_class == MessageClass.PROMOTIONAL
        if is_promotion and (channels := sorted(ELECTRONIC & set(purpose.channels))):
            yield Finding("interest_for_marketing", where, ", ".join(channels), line=purpose.line)
    if purpose.switch is Switch.LOCKED and tracking & set(purpose.categories):
        seen = ", ".join(sorted(tracking & set(purpose.categories)))
        yield Finding("essential_mislabeled", f"purposes.{purpose.code}.categories", seen, line=purpose.line)


def _bundles(purpose: PurposeEntry, tracking: set[str], roles: dict[str, str]) -> Iterator[Finding]:
    if purpose.group != Group.MESSAGES:
        return
    if seen := sorted(tracking & set(purpose.categories)):
        yield Finding("bundled", f"purposes.{purpose.code}.categories", ", ".join(seen), line=purpose.line)
    if seen := [each for each in purpose.recipients if roles.get(each) in OUTSIDE]:
        yield Finding("bundled", f"purposes.{purpose.code}.recipients", ", ".join(seen), line=purpose.line)


def _labels(document: PolicyDocument) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for purpose in document.purposes:
        label = purpose.label.casefold()
        if label in seen:
            yield Finding("same_label", f"purposes.{purpose.code}.label", purpose.label, line=purpose.line)
        seen.setdefault(label, purpose.code)


def _languages(document: PolicyDocument) -> Iterator[Finding]:
    """Each purpose with a switch speaks every language that any of them speaks."""
    switchable = {each.code: each for each in document.purposes if each.switch is not Switch.LOCKED}
    spoken: dict[str, set[str]] = {code: set() for code in switchable}
    for notice in document.notices:
        if notice.purpose in spoken:
            spoken[notice.purpose].add(notice.language)
    everything = set().union(*spoken.values())
    for code, languages in spoken.items():
        for missing in sorted(everything - languages):
            yield Finding("language_missing", f"notices.{code}.{missing}", "", missing, switchable[code].line)


def _recipients(document: PolicyDocument) -> Iterator[Finding]:
    language = document.policy.language
    shared = {
        code
        for each in document.purposes
        if each.group == Group.SHARING and each.switch is Switch.CONSENT
        for code in each.recipients
    }
    for recipient in document.recipients:
        where = f"recipients.{recipient.code}"
        if quote := find("vague", f"{recipient.label}. {recipient.description}", language):
            yield Finding("vague_recipients", where, quote, language, recipient.line)
        elif recipient.code in shared and recipient.country.casefold() == "several":
            yield Finding("unnamed_recipient", where, recipient.label, language, recipient.line)


def _regions(document: PolicyDocument) -> Iterator[Finding]:
    treatments = {each.code: each.treatment for each in document.signals}
    for rule in document.regions:
        where = f"regions.{rule.code}"
        for code in rule.signals:
            if treatments.get(code) != Treatment.HONORED:
                yield Finding("signal_not_honored", f"{where}.signals", code, line=rule.line)
        for code in rule.on_by_default:
            yield Finding("on_by_default", f"{where}.on_by_default", code, line=rule.line)
