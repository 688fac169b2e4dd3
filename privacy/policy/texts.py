"""The policy in a reader's language, as far as the preferences page shows it: no query where the version is at hand.

What is not translated is shown in the main language, and says so by its `language`.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from privacy.policy.document import PolicyDocument, from_json
from privacy.policy.models import PolicyVersion


@dataclass(frozen=True, slots=True)
class Words:
    """A text and the language that it is in."""

    text: str
    language: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class PurposeTexts:
    """What a person reads about one purpose. `notice` is the text that an answer is recorded against."""

    label: Words
    summary: Words
    consequence: Words
    notice: Words


@dataclass(frozen=True, slots=True)
class PolicyTexts:
    """A version in one language, by codes."""

    language: str
    main_language: str
    purposes: Mapping[str, PurposeTexts]
    categories: Mapping[str, Words]
    recipients: Mapping[str, Words]


def texts_of(version: PolicyVersion, language: str) -> PolicyTexts:
    """The texts of a version that was read in full, in `language` where it has them."""
    return _texts(version.document, language)


def texts_in(document: PolicyDocument, language: str) -> PolicyTexts:
    """The texts of a document that is no version yet."""
    return _texts(document.to_json(), language)


@functools.lru_cache(maxsize=64)
def _texts(text: str, language: str) -> PolicyTexts:
    document = from_json(text)
    main = document.policy.language
    found = next((each for each in document.translations if each.language == language), None)
    purposes = {each.code: each for each in found.purposes} if found else {}
    notices = _notices(document, language)

    def words(ours: str, theirs: str) -> Words:
        return Words(theirs, language) if theirs else Words(ours, main)

    def labels(section: str) -> dict[str, Words]:
        mine = {each.code: each.label for each in getattr(found, section)} if found else {}
        return {each.code: words(each.label, mine.get(each.code, "")) for each in getattr(document, section)}

    return PolicyTexts(
        language=language,
        main_language=main,
        purposes={
            each.code: PurposeTexts(
                label=words(each.label, mine.label if mine else ""),
                summary=words(each.summary, mine.summary if mine else ""),
                consequence=words(each.consequence, mine.consequence if mine else ""),
                notice=notices[each.code],
            )
            for each in document.purposes
            for mine in [purposes.get(each.code)]
        },
        categories=labels("categories"),
        recipients=labels("recipients"),
    )


def _notices(document: PolicyDocument, language: str) -> dict[str, Words]:
    found: dict[str, Words] = {}
    for each in sorted(document.notices, key=lambda one: one.language == language):
        if each.language in {language, document.policy.language}:
            found[each.purpose] = Words(each.text, each.language)  # the asked language comes last and wins
    return found
