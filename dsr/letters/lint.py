"""Read a letter before it leaves: a part that its law and outcome demand and that is not in the text stops it.

The lint works out from the facts what must be readable, in the letter's language, and looks for exactly that in the
text; it does not ask which blocks were used. Sources: GDPR Art. 12(3), 12(4), 18(3); the laws in `regimes.py`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from dsr.letters import answer_blocks, blocks, deciding_blocks, routes
from dsr.letters import words as say
from dsr.letters.facts import NEEDS_REASON, Decided, LetterFacts, SystemSaid
from dsr.letters.regimes import law_of_letter
from dsr.letters.words import letter_language, placeholder_in
from dsr.outcomes import STAYS
from privacy.kernel.errors import DomainError
from privacy.policy.board import is_on


class Unsendable(DomainError):
    """A letter that lacks something. `code` names the part."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that must be there: its `code`, what it is in plain words, and the texts that show it. One that has no
    text to look for is missing already in the facts."""

    code: str
    what: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not right. `stops`: the letter may not leave with it."""

    code: str
    message: str
    stops: bool = True


def check_letter(facts: LetterFacts, text: str) -> list[Finding]:
    """Everything that is wrong with a letter, what stops it first."""
    found = [*_of_facts(facts), *_of_text(facts, text)]
    return sorted(found, key=lambda one: not one.stops)


def require_whole(facts: LetterFacts, text: str) -> None:
    """Raise Unsendable, naming the first missing part, where the letter may not leave."""
    if not is_on("dsr.letters_are_whole"):
        return
    for finding in check_letter(facts, text):
        if finding.stops:
            raise Unsendable(finding.message, code=finding.code)


def mandatory(facts: LetterFacts) -> list[Part]:
    """The parts that this letter must have, in its own language."""
    with translation.override(letter_language(facts.language)):
        return [part for rule in _RULES.get(facts.kind, ()) for part in rule(facts)]


def _of_facts(facts: LetterFacts) -> Iterator[Finding]:
    if facts.is_answer and sorted(one.right for one in facts.decided) != sorted(facts.rights):
        yield Finding("right", "The letter decides about other rights than were asked: answer each, and only those.")
    if facts.language[:2] != letter_language(facts.language):
        yield Finding("language", "We write no letters in the language of the person; this one is in English.", False)
    if any(each.is_list for _regime, named in facts.laws for each in named):
        yield Finding(
            "authority_list",
            "Nobody knows where the person lives, so the letter names the list of authorities. Note the region.",
            False,
        )


def _of_text(facts: LetterFacts, text: str) -> Iterator[Finding]:
    if hole := placeholder_in(text):
        yield Finding("placeholder", f"The letter has a place that nobody filled: {hole}. Fill it or take it out.")
    plain = _plain(text)
    missing = [part for part in mandatory(facts) if not _is_in(plain, part)]
    if len(missing) > 1 and "reference" in {part.code for part in missing} and _is_in_another(facts, plain):
        yield Finding("language", "The letter is not in the language of the person.")
        return
    for part in missing:
        yield Finding(part.code, f"The letter lacks {part.what}. Add it; nothing was sent.")


def _is_in(plain: str, part: Part) -> bool:
    return bool(part.texts) and all(each.strip() and _plain(each) in plain for each in part.texts)


def _is_in_another(facts: LetterFacts, plain: str) -> bool:
    """Whether the letter opens in a language that is not its own."""
    own = letter_language(facts.language)
    for code in say.LANGUAGES:
        with translation.override(code):
            if code != own and _plain(blocks.asked(facts).splitlines()[0]) in plain:
                return True
    return False


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# --- What each letter must say, by kind --------------------------------------------------------------------


def _opening(facts: LetterFacts) -> Iterator[Part]:
    yield Part("reference", "the reference", (blocks.reference(facts),) if facts.reference else ())
    asked = tuple(f"- {say.right(code)}" for code in facts.rights)
    when = (_("your request reached us on %(day)s. You asked:") % {"day": say.day(facts.received_on)},)
    yield Part("asked", "what was asked and when", (*when, *asked) if asked else ())


def _decisions(facts: LetterFacts) -> Iterator[Part]:
    for one in facts.decided:
        name = one.right.replace("_", " ")
        shown = (blocks.heading(say.right(one.right)), say.outcome(one.outcome, one.right)) if one.outcome else ()
        yield Part("decision", f"the decision about: {name}", shown)
        if one.outcome in NEEDS_REASON and not _is_explained_by_what_stays(one, facts):
            yield Part("reason", f"the reason for: {name}", _reason_texts(one))
    if not facts.decided:
        yield Part("decision", "the decision", ())


def _is_explained_by_what_stays(one: Decided, facts: LetterFacts) -> bool:
    """What an erasure leaves behind has its own reasons, line by line."""
    told = {each.reason.code for each in facts.stays} | {each.reason.code for each in one.systems if each.reason}
    return one.right == "erasure" and bool(told) and (one.reason is None or one.reason.code in told)


def _systems(facts: LetterFacts) -> Iterator[Part]:
    """What stays in one system, or goes there by itself, is told with ground, article, words and day."""
    for one in facts.decided:
        for each in one.systems:
            if each.answer in STAYS:
                yield Part("system_stays", f"why it stays, and until when: {each.label}", _stay_texts(each))
            elif each.answer == "later":
                day = (say.label(each.label), answer_blocks.on_day(each)) if each.on else ()
                yield Part("system_later", f"when it is gone: {each.label}", day)


def _stay_texts(each: SystemSaid) -> tuple[str, ...]:
    if each.reason is None or not each.reason.article or not each.words.strip() or each.on is None:
        return ()
    why = (say.sentence(each.reason.sentence), each.reason.article, say.own_words(each.words))
    return (say.label(each.label), *(text.rstrip(".") for text in why), answer_blocks.on_day(each))


def _reason_texts(one: Decided) -> tuple[str, ...]:
    if one.reason is None or not one.reason.article or not one.words.strip():
        return ()
    return (say.sentence(one.reason.sentence), one.reason.article, say.own_words(one.words))


def _done(facts: LetterFacts) -> Iterator[Part]:
    if facts.systems:
        title = blocks.heading(_("What we did"))
        yield Part("done", "what was done", (title, *(f"- {say.sentence(one.label)}:" for one in facts.systems)))
    elif facts.is_declined:
        yield Part("done", "what was done anyway", (blocks.heading(_("What we did anyway")),))


def _stays(facts: LetterFacts) -> Iterator[Part]:
    for each in facts.stays:
        why = (say.sentence(each.reason.sentence), each.reason.article) if each.reason.article else ()
        yield Part("stays", "why something stays", why)
        for line in each.lines:
            yield Part("stays", "what stays and until when", (say.sentence(line.name), answer_blocks.until(line)))


def _erased(facts: LetterFacts) -> Iterator[Part]:
    for each in facts.stays:
        names = tuple(say.sentence(line.name) for line in each.lines)
        yield Part("erased", "what was erased and why it had stayed", (say.sentence(each.reason.sentence), *names))
    if not facts.stays:
        yield Part("erased", "what was erased", ())


def _package(facts: LetterFacts) -> Iterator[Part]:
    if facts.package:
        yield Part("package", "how to get the data", (say.day(facts.package.ends_on),))


def _leaving(facts: LetterFacts) -> Iterator[Part]:
    way, code_by = facts.leaving or ("", "")
    ways, codes = answer_blocks.WAYS.get(way), answer_blocks.CODES.get(code_by)
    yield Part("way", "how the package comes", (say.sentence(ways),) if ways else ())
    yield Part("code", "how its code comes", (say.sentence(codes),) if codes else ())


def _routes(facts: LetterFacts) -> Iterator[Part]:
    for regime, authorities in facts.laws:
        law = law_of_letter(regime)
        named = tuple(text for each in authorities for text in (say.sentence(each.name), each.web))
        yield Part("complaint", "where to complain", (routes.complaint_words(regime), *named) if named else ())
        if law.court:
            yield Part("court", "that a court can be asked", (routes.court_words(regime),))
        if law.has_appeal and facts.is_declined:
            yield Part("appeal", "how to appeal", (routes.appeal_words(regime), routes.appeal_denied()))


def _contact(facts: LetterFacts) -> Iterator[Part]:
    addresses = tuple(address for _label, address in facts.controller.contacts)
    yield Part("contact", "how to reach us", (facts.controller.name, *addresses) if addresses else ())


def _extension(facts: LetterFacts) -> Iterator[Part]:
    why = (say.sentence(facts.reason), say.own_words(facts.words)) if facts.words.strip() else ()
    yield Part("reason", "why it takes longer", tuple(each for each in why if each))
    until = tuple(blocks.due_line(code, facts) for code, _day in facts.due)
    yield Part("until", "until when", until)


def _question(facts: LetterFacts) -> Iterator[Part]:
    yield Part("question", "the question", (say.own_words(facts.words),) if facts.words.strip() else ())


def _lifting(facts: LetterFacts) -> Iterator[Part]:
    yield Part("day", "from when", (say.day(facts.day),) if facts.day else ())
    yield Part("reason", "why", (say.own_words(facts.words),) if facts.words.strip() else ())


def _consequence(facts: LetterFacts) -> Iterator[Part]:
    lines = tuple(say.own_words(line) for line in facts.reason.splitlines() if line)
    yield Part("consequence", "what follows", (*lines, deciding_blocks.confirm_words()) if lines else ())


def _appeal_extension(facts: LetterFacts) -> Iterator[Part]:
    why = (say.sentence(facts.reason), say.own_words(facts.words)) if facts.words.strip() else ()
    yield Part("reason", "why it takes longer", tuple(each for each in why if each))
    until = deciding_blocks.appeal_until(facts)
    yield Part("until", "until when", (until,) if until else ())


def _appeal_answer(facts: LetterFacts) -> Iterator[Part]:
    words = (say.own_words(facts.words),) if facts.words.strip() else ()
    yield Part("appeal_outcome", "what came of the appeal", (deciding_blocks.appeal_outcome(facts),))
    yield Part("reason", "why", words)


def _due(facts: LetterFacts) -> Iterator[Part]:
    yield Part("due", "when the answer comes", (blocks.due(facts).splitlines()[0],))


_Rule = Callable[[LetterFacts], Iterator[Part]]
_ANSWER: tuple[_Rule, ...] = (_opening, _decisions, _systems, _done, _stays, _package, _routes, _contact)
_RULES: dict[str, tuple[_Rule, ...]] = {
    "answer": _ANSWER,
    "refusal": _ANSWER,
    "extension": (_opening, _extension, _routes, _contact),
    "identity_question": (_opening, _question, _contact),
    "clarification": (_opening, _question, _contact),
    "fee": (_opening, _question, _routes, _contact),
    "consequence": (_opening, _consequence, _contact),
    "appeal_extension": (_opening, _appeal_extension, _routes, _contact),
    "appeal_answer": (_opening, _appeal_answer, _routes, _contact),
    "lifting": (_opening, _lifting, _routes, _contact),
    "erased_later": (_opening, _erased, _routes, _contact),
    "package_way": (_opening, _leaving, _contact),
    "acknowledgement": (_opening, _due, _contact),
}
