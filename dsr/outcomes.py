"""How a right can be answered, and what each answer needs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsr.grounds import GROUNDS, Ground
from dsr.states import Answer, Right
from privacy.kernel.errors import InvalidInput

SHORTEST_WORDS = 20
OUTCOMES = {
    "fulfilled": "We do it",
    "partly": "We do it in part",
    "nothing_held": "We hold nothing that it is about",
    "refused": "We do not do it",
}
BY_PACKAGE = frozenset({Right.ACCESS, Right.PORTABILITY})  # answered by a package of the data
BY_SYSTEMS = frozenset({Right.RECTIFICATION, Right.RESTRICTION})  # every system is asked, by hand where it is outside
NEEDS_IDENTITY = BY_PACKAGE | BY_SYSTEMS
ALWAYS_WORDS = frozenset({Right.RECTIFICATION, Right.QUESTION})


@dataclass(frozen=True, slots=True)
class Decision:
    """What legal decided about one right. `systems`: key of the outside system → its answer; `purposes`: the
    uses that an objection ends."""

    outcome: str
    words: str = ""
    ground: str = ""
    systems: Mapping[str, str] = field(default_factory=dict)
    purposes: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether something is done for the person."""
        return self.outcome in {"fulfilled", "partly"}


def outcomes_for(right: str) -> dict[str, str]:
    """The outcomes that a right can have, with their words. A question is answered, and nothing else."""
    if right == Right.QUESTION:
        return {"fulfilled": "We answer it"}
    if right == Right.OBJECTION:
        return {key: words for key, words in OUTCOMES.items() if key != "nothing_held"}
    return dict(OUTCOMES)


def grounds_for(right: str) -> list[Ground]:
    """The grounds on which this right may be refused, whole or in part."""
    return [each for each in GROUNDS.values() if each.refuses and (not each.only_for or right in each.only_for)]


def check_decision(right: str, decision: Decision, *, systems: Mapping[str, str]) -> None:
    """Raise InvalidInput, naming the field, where the decision lacks what its outcome needs.

    `systems`: key → label of every outside system that is connected.
    """
    if decision.outcome not in outcomes_for(right):
        raise InvalidInput("Choose one of the outcomes.", field="outcome")
    needs_ground = decision.outcome in {"refused", "partly"}
    if needs_ground and decision.ground not in {each.code for each in grounds_for(right)}:
        raise InvalidInput("Choose the ground for what is not done.", field="ground")
    if (needs_ground or right in ALWAYS_WORDS) and len(decision.words.strip()) < SHORTEST_WORDS:
        raise InvalidInput("Explain in plain words; the person will read it.", field="words")
    if not decision.is_done:
        return
    if right == Right.OBJECTION and not decision.purposes:
        raise InvalidInput("Choose the uses that end.", field="purposes")
    if right in BY_SYSTEMS:
        answers = {each.value for each in Answer if each is not Answer.RETAINED}
        missing = [label for key, label in systems.items() if decision.systems.get(key) not in answers]
        if missing:
            raise InvalidInput(f"Say what {missing[0]} answered: silence is no answer.", field="systems")
