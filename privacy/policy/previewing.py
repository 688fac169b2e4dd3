"""How a purpose of a draft looks where people choose, in each language, for somebody who has not chosen."""

import uuid
from collections.abc import Collection
from typing import Protocol

from django.template.loader import render_to_string

from privacy.policy.document import PolicyDocument
from privacy.policy.page import BASIS_WORDS, SWITCH_WORDS, page_of
from privacy.policy.texts import texts_in
from privacy.policy.vocabulary import Basis, Switch


def periods_of(document: PolicyDocument, categories: Collection[str]) -> list[str]:
    """How long data of these kinds is kept, as people read it."""
    lines = [line for line in page_of(document, {}).retention if line.entry.category in categories]
    return [f"{line.entry.label}: {line.after}, then {line.then}" for line in lines]


def preview_of(document: PolicyDocument, code: str, language: str) -> str:
    """One purpose with its switch, its words and its facts, as HTML; empty where the draft has it not."""
    purpose = next((each for each in document.purposes if each.code == code), None)
    if purpose is None:
        return ""
    texts = texts_in(document, language)
    mine = texts.purposes[code]
    is_main = language == document.policy.language
    context = {
        "purpose": purpose,
        "texts": mine,
        "language": language,
        "fields": {name: name if is_main else f"{name}-{language}" for name in ("label", "summary", "consequence")},
        "is_locked": purpose.switch is Switch.LOCKED,
        "is_objection": purpose.switch is Switch.OBJECTION,
        "basis": BASIS_WORDS[Basis(purpose.basis)],
        "switch": SWITCH_WORDS[purpose.switch],
        "categories": [texts.categories[each] for each in purpose.categories if each in texts.categories],
        "periods": periods_of(document, purpose.categories),
        "recipients": [texts.recipients[each] for each in purpose.recipients if each in texts.recipients],
    }
    return render_to_string("policy/console/_preview.html", context)


class DraftPage(Protocol):
    """The address of the preferences page as a draft would have it; filled by the floor that shows that page."""

    def __call__(self, version_id: uuid.UUID, purpose: str, language: str) -> str: ...


_pages: list[DraftPage] = []


def register(page: DraftPage) -> None:
    """Name the page; the last one counts."""
    if page not in _pages:
        _pages.append(page)


def link_to_page(version_id: uuid.UUID, purpose: str, language: str) -> str:
    """Where the whole page of a draft can be seen; empty where nobody shows one."""
    return _pages[-1](version_id, purpose, language) if _pages else ""
