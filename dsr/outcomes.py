"""How a right can be answered, and what each answer needs. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from dsr.grounds import Ground, refusal_grounds
from dsr.states import Answer, Right
from privacy.kernel.errors import InvalidInput

Regimes = tuple[str, ...]  # the profiles of the laws that a case stands under, the first of them cited
GDPR: Regimes = ("EU-GDPR",)
SHORTEST_WORDS = 20
OUTCOMES = {
    "fulfilled": "We do it",
    "partly": "We do it in part",
    "nothing_held": "We hold nothing that it is about",
    "refused": "We do not do it",
}
COMPLAINT_OUTCOMES = {
    "upheld": "We agree with the complaint",
    "partly_upheld": "We agree in part",
    "not_upheld": "We do not agree",
}
CHILD_OUTCOMES = {
    "fulfilled": "We delete what the child gave us",
    "nothing_held": "We hold nothing of this child",
    "refused": "We do not do it",
}
REVIEWS = {
    "confirmed": "A person looked again and decided the same",
    "changed": "A person looked again and decided otherwise",
    "withdrawn": "The decision is taken back",
}
BY_PACKAGE = frozenset({Right.ACCESS, Right.PORTABILITY, Right.SAFEGUARDS_COPY})  # answered by a package
BY_SYSTEMS = frozenset({Right.RECTIFICATION, Right.RESTRICTION})  # every system is asked, by hand where it is outside
AT_ONCE = frozenset(
    {Right.MARKETING_OBJECTION, Right.CONSENT_WITHDRAWAL, Right.SALE_OPT_OUT, Right.LIMIT_SENSITIVE}
)  # Kept does it alone, and never asks who somebody is: it only lowers
ALWAYS_WORDS = frozenset({Right.RECTIFICATION, Right.QUESTION, Right.COMPLAINT, Right.AUTOMATED_DECISION})


STAYS = frozenset({Answer.NOT_OFFERED.value, Answer.RETAINED.value})  # answers of a system that need a ground


@dataclass(frozen=True, slots=True)
class Kept:
    """Why one system does not do it: the ground, the words that the person reads, and the day of the next look."""

    ground: str
    words: str
    review_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one system, or a person for one thing in it, answered. `kept`: why it stays; `on`: when it goes by
    itself."""

    answer: str
    label: str = ""
    kept: Kept | None = None
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What legal decided about one right. `systems`: key of the outside system → its answer; `kept`: key of one that
    does not do it → why; `purposes`: the uses that end, or the permissions that are taken back (none: all of them);
    `review`: what a person came to who looked at a decision of a machine; `evidence`: where the proof of the ground
    lies, a reference without words about a person."""

    outcome: str
    words: str = ""
    ground: str = ""
    systems: Mapping[str, str] = field(default_factory=dict)
    purposes: tuple[str, ...] = ()
    review: str = ""
    evidence: str = ""
    kept: Mapping[str, Kept] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether something is done for the person."""
        return self.outcome in {"fulfilled", "partly", "upheld", "partly_upheld"}

    @property
    def is_refusal(self) -> bool:
        """Whether something that was asked for is not done."""
        return self.outcome in {"refused", "partly", "not_upheld", "partly_upheld"}


def outcomes_for(right: str, regimes: Regimes = GDPR) -> dict[str, str]:
    """The outcomes that a right can have, with their words. A question is answered, and nothing else; what no
    ground of the law refuses cannot be refused."""
    if right == Right.QUESTION:
        return {"fulfilled": "We answer it"}
    if right == Right.COMPLAINT:
        return dict(COMPLAINT_OUTCOMES)
    if right == Right.CHILD_REPORT:
        return dict(CHILD_OUTCOMES)
    without = {"nothing_held"} if right == Right.OBJECTION else set()
    grounds = grounds_for(right, regimes)
    if not any(each.allows_whole for each in grounds):
        without.add("refused")
    if not any(each.allows_partial for each in grounds):
        without.add("partly")
    return {key: words for key, words in OUTCOMES.items() if key not in without}


def outcome_words(right: str, outcome: str) -> str:
    """An outcome as a letter says it, of a law that may have changed since."""
    known = {**OUTCOMES, **COMPLAINT_OUTCOMES, **(CHILD_OUTCOMES if right == Right.CHILD_REPORT else {})}
    return "We answer it" if right == Right.QUESTION else known.get(outcome, outcome)


def grounds_for(right: str, regimes: Regimes = GDPR) -> list[Ground]:
    """The grounds on which this right may be refused, whole or in part, under the laws of a case."""
    return refusal_grounds(right, *regimes)


def check_decision(right: str, decision: Decision, *, systems: Mapping[str, str], regimes: Regimes = GDPR) -> None:
    """Raise InvalidInput, naming the field, where the decision lacks what its outcome needs.

    `systems`: key → label of every outside system that is connected; `regimes`: the laws of the case.
    """
    if decision.outcome not in outcomes_for(right, regimes):
        raise InvalidInput("Choose one of the outcomes.", field="outcome")
    least = SHORTEST_WORDS if right in ALWAYS_WORDS else 0
    if decision.outcome in {"refused", "partly"}:
        least = max(SHORTEST_WORDS, check_ground(right, decision, regimes).least_words)
    if len(decision.words.strip()) < least:
        more = f" Under this ground it takes {least} characters at least." if least > SHORTEST_WORDS else ""
        raise InvalidInput(f"Explain in plain words; the person will read it.{more}", field="words")
    if not decision.is_done:
        return
    if right == Right.OBJECTION and not decision.purposes:
        raise InvalidInput("Choose the uses that end.", field="purposes")
    if right == Right.AUTOMATED_DECISION and decision.review not in REVIEWS:
        raise InvalidInput("Say what the person came to who looked at it again.", field="review")
    if right in BY_SYSTEMS:
        answers = {each.value for each in Answer if each is not Answer.RETAINED}
        missing = [label for key, label in systems.items() if decision.systems.get(key) not in answers]
        if missing:
            raise InvalidInput(f"Say what {missing[0]} answered: silence is no answer.", field="systems")


def check_ground(right: str, decision: Decision, regimes: Regimes) -> Ground:
    """The ground of a refusal; InvalidInput where the law has none of that code for the right, or not that far."""
    if right == Right.CHILD_REPORT:
        right = Right.ERASURE  # what is refused is the erasure
    found = next((each for each in grounds_for(right, regimes) if each.code == decision.ground), None)
    if found is None:
        raise InvalidInput("Choose the ground for what is not done.", field="ground")
    if decision.outcome == "refused" and not found.allows_whole:
        raise InvalidInput("This ground covers a part only: choose to do the rest.", field="ground")
    if decision.outcome == "partly" and not found.allows_partial:
        raise InvalidInput("This ground covers the whole only.", field="ground")
    return found


def check_kept(right: str, kept: Kept | None, regimes: Regimes, *, what: str, today: dt.date) -> Kept:
    """Why one system does not do it, whole; InvalidInput names what is missing: `ground`, `words` or `review_on`."""
    found = next(
        (each for each in grounds_for(right, regimes) if kept and each.code == kept.ground and each.allows_partial),
        None,
    )
    if kept is None or found is None:
        raise InvalidInput(f"Choose the ground on which it stays: {what}.", field="ground")
    if len(kept.words.strip()) < found.least_words:
        raise InvalidInput(
            f"Explain in {found.least_words} characters at least why it stays: {what}. The person will read it.",
            field="words",
        )
    if kept.review_on is None or kept.review_on <= today:
        raise InvalidInput(f"Give the day after today on which somebody looks again: {what}.", field="review_on")
    return Kept(kept.ground, kept.words.strip(), kept.review_on)


def check_systems(
    right: str, decision: Decision, regimes: Regimes, *, labels: Mapping[str, str], today: dt.date
) -> None:
    """InvalidInput where a system does not do it and the decision lacks why, or says that all is done."""
    if right not in BY_SYSTEMS or not decision.is_done:
        return
    for key in (key for key, answer in decision.systems.items() if answer in STAYS and key in labels):
        check_kept(right, decision.kept.get(key), regimes, what=labels[key], today=today)
        if decision.outcome == "fulfilled":
            raise InvalidInput(f"{labels[key]} does not do it: choose to do it in part.", field="outcome")
