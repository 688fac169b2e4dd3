"""Put a letter together: which blocks a letter of each kind has, in which order."""

from collections.abc import Callable

from django.utils import translation

from dsr.letters import answer_blocks, blocks, deciding_blocks, routes
from dsr.letters.facts import LetterFacts
from dsr.letters.words import letter_language
from privacy.kernel.errors import DomainError

Block = Callable[[LetterFacts], str]
_OPENING: list[Block] = [blocks.reference, blocks.greeting, blocks.asked]
_ROUTES: list[Block] = [routes.complaint, routes.court, routes.contact]
_ANSWER: list[Block] = [
    *_OPENING,
    answer_blocks.decisions,
    answer_blocks.done,
    answer_blocks.stays,
    answer_blocks.package,
    answer_blocks.backups,
    answer_blocks.extra,
    answer_blocks.kept_contact,
    routes.appeal,
    *_ROUTES,
    answer_blocks.proof,
]
KINDS: dict[str, list[Block]] = {
    "answer": _ANSWER,
    "refusal": _ANSWER,
    "extension": [*_OPENING, blocks.extension, *_ROUTES],
    "identity_question": [*_OPENING, blocks.question, routes.contact],
    "clarification": [*_OPENING, blocks.clarification, routes.contact],
    "fee": [*_OPENING, blocks.fee, *_ROUTES],
    "consequence": [*_OPENING, deciding_blocks.consequence, routes.contact],
    "appeal_extension": [*_OPENING, deciding_blocks.appeal_extension, *_ROUTES],
    "appeal_answer": [*_OPENING, deciding_blocks.appeal_answer, *_ROUTES],
    "lifting": [*_OPENING, blocks.lifting, *_ROUTES],
    "erased_later": [*_OPENING, answer_blocks.erased_later, answer_blocks.backups, *_ROUTES, answer_blocks.proof],
    "package_way": [*_OPENING, answer_blocks.leaving, routes.contact],
    "acknowledgement": [*_OPENING, blocks.due, routes.contact],
}


def compose(facts: LetterFacts) -> str:
    """The text of a letter in its language, one empty line between blocks. DomainError for a kind nobody knows."""
    parts = KINDS.get(facts.kind)
    if parts is None:
        raise DomainError(f"There is no letter of the kind {facts.kind}.", code="no_letter")
    with translation.override(letter_language(facts.language)):
        written = [part(facts) for part in parts]
    return "\n\n".join(text for text in written if text) + "\n"
