"""How a decision about one right would read in the letter, before it is made."""

from django.utils import translation

from dsr.grounds import ground_in
from dsr.letters.answer_blocks import decision_block
from dsr.letters.facts import Decided
from dsr.letters.words import letter_language, sentence_for
from dsr.models import RequestItem
from dsr.outcomes import Decision
from dsr.services.effects import regimes_of
from dsr.services.letter_facts import reason, system_said
from dsr.services.system_answers import known_answers, outside_systems, said_of, whole_decision


def decision_text(item: RequestItem, decision: Decision) -> str:
    """The lines of the letter about this right, in the language of the person."""
    case = item.subject_request
    regime = regimes_of(case)[0]
    found = ground_in(decision.ground, regime)
    extra = sentence_for(case.language, found.paragraph) if found and decision.is_refusal else ""
    words = "\n".join(line for line in (decision.words.strip(), extra) if line)
    known = known_answers(case, item.right)
    said = said_of(whole_decision(decision, known), known, outside_systems())
    systems = tuple(system_said(one, regime) for one in said.values())
    decided = Decided(item.right, decision.outcome, reason(decision.ground, regime), words, systems)
    with translation.override(letter_language(case.language)):
        return decision_block(decided)
