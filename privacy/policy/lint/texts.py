"""Rules about words: every text that a person reads about a purpose, in every language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from privacy.policy.document import PolicyDocument, PurposeEntry
from privacy.policy.lint.catalog import Finding
from privacy.policy.lint.words import find, is_read, place_of
from privacy.policy.vocabulary import Group, Switch

BANNED = ("confirm_shaming", "urgency", "double_negative")  # lists of words whose rule has the same name
SENTENCE_END = re.compile(r"[.!;।]\s")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a purpose: its path in the file and its language."""

    purpose: PurposeEntry
    field: str
    words: str
    language: str
    where: str
    line: int


def texts_of(document: PolicyDocument) -> Iterator[Text]:
    """Labels, summaries and consequences in the main language, their translations, and every notice."""
    main = document.policy.language
    purposes = {each.code: each for each in document.purposes}
    for purpose in document.purposes:
        for field in ("label", "summary", "consequence", "similar_to", "opt_out_offer"):
            if words := getattr(purpose, field):
                yield Text(purpose, field, words, main, f"purposes.{purpose.code}.{field}", purpose.line)
    for notice in document.notices:
        if notice.purpose in purposes:
            where = f"notices.{notice.purpose}.{notice.language}"
            yield Text(purposes[notice.purpose], "notice", notice.text, notice.language, where, notice.line)
    yield from _translated(document, purposes)


def _translated(document: PolicyDocument, purposes: dict[str, PurposeEntry]) -> Iterator[Text]:
    for entry in document.translations:
        for each in entry.purposes:
            for field in ("label", "summary", "consequence"):
                if each.code in purposes and (words := getattr(each, field)):
                    where = f"translations.{entry.language}.{each.code}.{field}"
                    yield Text(purposes[each.code], field, words, entry.language, where, each.line)


def text_findings(document: PolicyDocument) -> Iterator[Finding]:
    """What the words of a purpose do wrong."""
    for text in texts_of(document):
        for rule, quote in _banned(text):
            yield Finding(rule, text.where, quote, text.language, text.line)
    unread = {(each.language, each.where, each.line) for each in texts_of(document) if not is_read(each.language)}
    for language, where, line in sorted(unread):
        yield Finding("language_not_read", where, "", language, line)


def _banned(text: Text) -> Iterator[tuple[str, str]]:
    for rule in BANNED:
        if text.purpose.switch is not Switch.LOCKED and (quote := find(rule, text.words, text.language)):
            yield rule, quote
    if quote := find("terms", text.words, text.language):
        yield "bundled_with_terms", quote
    if text.field in {"label", "summary"} and (quote := _false_need(text)):
        yield "essential_mislabeled", quote
    if text.purpose.group == Group.MESSAGES and (quote := find("tracker", text.words, text.language)):
        yield "bundled", quote
    if text.field == "notice" and text.purpose.switch is Switch.CONSENT:
        yield from _order(text)


def _false_need(text: Text) -> str:
    """What can be refused is not called essential, and what tracks or promotes is never locked."""
    if text.purpose.switch in {Switch.CONSENT, Switch.OPT_OUT}:
        return find("essential", text.words, text.language)
    if text.purpose.switch is Switch.LOCKED:
        return find("tracker", text.words, text.language) or find("promotion", text.words, text.language)
    return ""


def _order(text: Text) -> Iterator[tuple[str, str]]:
    """The right to withdraw stands before the question (G-6), and there is one question."""
    if not is_read(text.language):
        return
    withdrawal, ask = place_of("withdrawal", text.words, text.language), _ask_of(text.words)
    if withdrawal is None:
        yield "withdrawal_missing", ""
    elif ask is not None and withdrawal > ask:
        yield "withdrawal_after_ask", text.words[ask:][:80]
    if text.words.count("?") > 1:
        yield "several_questions", ""


def _ask_of(words: str) -> int | None:
    """Where the sentence with the question begins."""
    mark = words.find("?")
    if mark < 0:
        return None
    return max((match.end() for match in SENTENCE_END.finditer(words, 0, mark)), default=0)
