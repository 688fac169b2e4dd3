"""What makes a policy consistent: pure checks over a typed document, each a problem with its mend."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

from privacy.policy.asking_rules import asking_problems
from privacy.policy.board import is_on
from privacy.policy.document import PolicyDocument, PurposeEntry
from privacy.policy.reading import Problem, rules_of
from privacy.policy.vocabulary import Basis, MessageClass, Switch

SECTIONS_WITH_CODES = (
    "audiences",
    "sites",
    "sources",
    "categories",
    "signals",
    "assessments",
    "purposes",
    "recipients",
    "transfers",
    "retention",
    "rights",
    "contacts",
    "documents",
    "statements",
    "contradictions",
    "surfaces",
)
SECTIONS_THAT_REFER = (*SECTIONS_WITH_CODES, "notices", "regions")
FIGURES = ("controller", "effective_on", "minimum_age", "response_days")  # what sentences may name in braces
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SINGULAR = {"categories": "category", "retention": "retention period"}


def problems_of(document: PolicyDocument) -> list[Problem]:
    """Everything that contradicts itself or the law's frame in a well-formed document."""
    return [
        *_duplicate_codes(document),
        *_unknown_codes(document),
        *(problem for purpose in document.purposes for problem in _purpose_problems(purpose)),
        *_binding_problems(document),
        *_notice_problems(document),
        *_translation_problems(document),
        *_placeholder_problems(document),
        *asking_problems(document),
    ]


def _word(section: str) -> str:
    return SINGULAR.get(section, section.removesuffix("s"))


def _duplicate_codes(document: PolicyDocument) -> Iterator[Problem]:
    for section in SECTIONS_WITH_CODES:
        lines: dict[str, int] = {}
        for entry in getattr(document, section):
            if entry.code in lines:
                message = f"The {_word(section)} {entry.code} stands already on line {lines[entry.code]}."
                yield Problem(entry.line, f"{section}.{entry.code}", message, "Give it another code or remove it.")
            lines.setdefault(entry.code, entry.line)


def _unknown_codes(document: PolicyDocument) -> Iterator[Problem]:
    known = {section: {each.code for each in getattr(document, section)} for section in SECTIONS_WITH_CODES}
    for section in SECTIONS_THAT_REFER:
        for entry in getattr(document, section):
            yield from _unknown_in(entry, section, known)


def _unknown_in(entry: Any, section: str, known: dict[str, set[str]]) -> Iterator[Problem]:
    name = getattr(entry, "code", None) or getattr(entry, "purpose", "")
    for field, rule in rules_of(type(entry)).items():
        if not rule.refers:
            continue
        value = getattr(entry, field)
        for each in value if rule.many else [value]:
            if each and each not in known[rule.refers]:
                message = f"There is no {_word(rule.refers)} “{each}”."
                yield Problem(
                    entry.line, f"{section}.{name}.{field}", message, f"Define it under {rule.refers} or mend the code."
                )


def _purpose_problems(purpose: PurposeEntry) -> Iterator[Problem]:
    def problem(field: str, message: str, mend: str) -> Problem:
        return Problem(purpose.line, f"purposes.{purpose.code}.{field}", message, mend)

    is_interest = purpose.basis == Basis.LEGITIMATE_INTEREST
    if is_interest and not purpose.assessment and is_on("policy.balanced"):
        yield problem(
            "assessment",
            "A legitimate interest needs its balancing document.",
            "Write one under assessments and name its code here.",
        )
    if is_interest and not purpose.consequence:
        yield problem(
            "consequence", "The person must read what an objection leads to.", "Say in a sentence what then ends."
        )
    if purpose.assessment and not is_interest:
        yield problem("assessment", "Only a legitimate interest is balanced.", "Remove it, or change the basis.")
    if purpose.switch is Switch.LOCKED and purpose.message_class == MessageClass.PROMOTIONAL:
        yield problem(
            "message_class", "A promotion cannot be necessary.", "Use the basis consent, or another message class."
        )
    if purpose.switch is Switch.LOCKED and (purpose.valid_days or purpose.double_opt_in or purpose.denied_by):
        yield problem("basis", "A locked purpose takes no consent.", "Remove valid_days, double_opt_in and denied_by.")
    if purpose.message_class != MessageClass.NONE and not purpose.channels:
        yield problem("channels", "Messages need a channel.", "Add at least one, such as email.")


def _binding_problems(document: PolicyDocument) -> Iterator[Problem]:
    """Promise S29: a category that is bound to purposes may be listed by no other."""
    bound = {category.code: category.only_for for category in document.categories if category.only_for}
    for purpose in document.purposes:
        for category in purpose.categories:
            if category in bound and purpose.code not in bound[category]:
                message = f"The category {category} serves {', '.join(bound[category])} and nothing else."
                path = f"purposes.{purpose.code}.categories"
                yield Problem(purpose.line, path, message, f"Remove {category} from this purpose.")


def _notice_problems(document: PolicyDocument) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for notice in document.notices:
        key = (notice.purpose, notice.language)
        if key in seen:
            message = f"This purpose has its notice in {notice.language} already on line {seen[key]}."
            yield Problem(notice.line, f"notices.{notice.purpose}", message, "Remove one.")
        seen.setdefault(key, notice.line)
    main = document.policy.language
    for purpose in document.purposes:
        if (purpose.code, main) not in seen:
            message = f"This purpose has no notice in {main}."
            yield Problem(purpose.line, f"purposes.{purpose.code}", message, "Write one under notices.")


def _translation_problems(document: PolicyDocument) -> Iterator[Problem]:
    seen: set[str] = set()
    for entry in document.translations:
        place = f"translations.{entry.language}"
        if entry.language == document.policy.language:
            yield Problem(entry.line, place, "This is the main language.", "Write its words in the sections above.")
        if entry.language in seen:
            yield Problem(entry.line, place, "This language stands here twice.", "Join the two.")
        seen.add(entry.language)
        for section in ("purposes", "categories", "recipients"):
            known = {each.code for each in getattr(document, section)}
            lines: dict[str, int] = {}
            for each in getattr(entry, section):
                where = f"{place}.{section}.{each.code}"
                if each.code not in known:
                    message = f"There is no {_word(section)} “{each.code}”."
                    yield Problem(each.line, where, message, f"Define it under {section} or mend the code.")
                if each.code in lines:
                    message = f"It stands already on line {lines[each.code]}."
                    yield Problem(each.line, where, message, "Remove one.")
                lines.setdefault(each.code, each.line)


def _placeholder_problems(document: PolicyDocument) -> Iterator[Problem]:
    for section in document.statements:
        for sentence in section.sentences:
            for name in PLACEHOLDER.findall(sentence.text):
                if name not in FIGURES:
                    message = f"There is no figure {{{name}}}."
                    yield Problem(
                        sentence.line, f"statements.{section.code}", message, f"Use one of: {', '.join(FIGURES)}."
                    )


def version_order_problem(effective_on: dt.date, published: Sequence[dt.date]) -> str:
    """Why a version of this date may not be published after those, or nothing."""
    if published and effective_on <= max(published):
        return f"A version of {max(published)} is published already. Give the file a later effective_on."
    return ""
