"""The rules of the lint: what each refuses or warns of, why, and how to mend it."""

import enum
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """What a finding does to a draft."""

    REFUSE = "refuse"  # it cannot be reviewed nor published
    WARN = "warn"  # somebody must have read it


@dataclass(frozen=True, slots=True)
class LintRule:
    """One rule; `standard` is what it follows from."""

    code: str
    severity: Severity
    title: str
    explanation: str
    mend: str
    standard: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that a rule objects to: the path in the file, the language, and the words it saw."""

    rule: str
    where: str
    quote: str = ""
    language: str = ""
    line: int = 0
    told: str = ""  # an explanation of this very finding, where the rule's is too general
    remedy: str = ""

    @property
    def severity(self) -> Severity:
        return RULES[self.rule].severity

    @property
    def title(self) -> str:
        return RULES[self.rule].title

    @property
    def explanation(self) -> str:
        return self.told or RULES[self.rule].explanation

    @property
    def mend(self) -> str:
        return self.remedy or RULES[self.rule].mend

    def __str__(self) -> str:
        seen = f" “{self.quote}”" if self.quote else ""
        at = f"line {self.line}, " if self.line else ""
        return f"{self.severity} {self.rule}: {at}{self.where}:{seen} {self.explanation} {self.mend}"


def _rules(*rows: tuple[str, Severity, str, str, str, str]) -> dict[str, LintRule]:
    return {row[0]: LintRule(*row) for row in rows}


NO, LOOK = Severity.REFUSE, Severity.WARN
RULES: dict[str, LintRule] = _rules(
    (
        "preset_on",
        NO,
        "Switched on beforehand",
        "A box that is ticked before anybody chose is no consent.",
        "Set preset to false.",
        "G-5, E-5",
    ),
    (
        "on_by_default",
        LOOK,
        "On by a regional rule",
        "Here it is on until declined, by the dated rule of this region.",
        "Make sure that the law cited says so; remove it from on_by_default otherwise.",
        "C10, S19",
    ),
    (
        "confirm_shaming",
        NO,
        "Makes the no shameful",
        "These words make people feel bad about refusing.",
        "Say plainly what is refused, such as “Decline”.",
        "E-6",
    ),
    ("urgency", NO, "Hurries people", "Nobody is to be hurried into a choice.", "Remove the haste.", "E-6"),
    (
        "double_negative",
        NO,
        "Double negative",
        "Two negatives in one choice mislead.",
        "Ask what is allowed, and let no mean no.",
        "E-6, C-6",
    ),
    (
        "unequal_buttons",
        NO,
        "Yes and no are not equal",
        "The no must look like the yes and stand on the same layer.",
        "Give both the same look, weight and layer.",
        "E-4, E-5",
    ),
    ("link_for_button", NO, "A link instead of a button", "A choice is a button.", "Write look: button.", "E-5"),
    (
        "no_decline",
        NO,
        "No way to decline",
        "Where people can say yes they can say no, beside it.",
        "Add a decline button in this language.",
        "E-5, C-6",
    ),
    (
        "later_without_decline",
        NO,
        "Later is not a no",
        "“Ask me later” beside a yes leaves no way to refuse.",
        "Add a button that declines, with words that decline.",
        "E-6, C-6",
    ),
    (
        "too_many_layers",
        NO,
        "Too many layers",
        "A choice behind more than two layers is hidden.",
        "Bring it to the first or second layer.",
        "E-6",
    ),
    (
        "labels_differ",
        NO,
        "Two names for one thing",
        "The same act has another label on another surface.",
        "Use one label for it in each language.",
        "E-6",
    ),
    (
        "same_label",
        NO,
        "One name for two purposes",
        "Two purposes cannot be told apart.",
        "Give each a label of its own.",
        "G-4",
    ),
    (
        "withdrawal_missing",
        NO,
        "Withdrawal is not mentioned",
        "Before people allow something they read that they can withdraw.",
        "Begin the notice with how to withdraw.",
        "G-6",
    ),
    (
        "withdrawal_after_ask",
        NO,
        "Withdrawal comes after the question",
        "The right to withdraw stands before the question.",
        "Move that sentence to the beginning.",
        "G-6",
    ),
    (
        "language_missing",
        NO,
        "A language is missing",
        "People are asked in a language in which another purpose speaks to them.",
        "Add the text in this language.",
        "G-4, E-6",
    ),
    (
        "language_not_read",
        LOOK,
        "The lint does not read this language",
        "Nobody but you has looked for tricks in this text.",
        "Let somebody who speaks it read it.",
        "E-6",
    ),
    (
        "interest_for_tracking",
        NO,
        "Tracking on an interest",
        "Cookies, beacons and pixels need consent; an interest does not carry them.",
        "Change the basis to consent, or remove that data.",
        "E-2, E-5",
    ),
    (
        "interest_for_marketing",
        NO,
        "Electronic marketing on an interest",
        "Marketing by electronic mail needs consent, or soft opt-in with its two proofs.",
        "Change the basis to consent or soft_opt_in.",
        "E-1, G-8",
    ),
    (
        "essential_mislabeled",
        NO,
        "Called essential and is not",
        "What people can refuse is not essential, and tracking or promotion never is.",
        "Remove the word, or the basis that locks it.",
        "E-5",
    ),
    (
        "bundled",
        NO,
        "Two purposes in one",
        "Tracking or passing on is hidden in a purpose about messages.",
        "Make a purpose of its own, with its own switch.",
        "G-4, E-3",
    ),
    (
        "bundled_with_terms",
        NO,
        "Consent inside the terms",
        "Using or accepting something is no consent to something else.",
        "Ask by itself.",
        "G-2",
    ),
    (
        "several_questions",
        LOOK,
        "Several questions at once",
        "One switch answers one question.",
        "Ask once, or make two purposes.",
        "G-4",
    ),
    (
        "vague_recipients",
        NO,
        "Nobody knows who receives it",
        "People must be able to tell who receives their data.",
        "Name them, or the kind of company exactly.",
        "E-6, S42",
    ),
    (
        "unnamed_recipient",
        LOOK,
        "A kind of recipient, not a name",
        "A consent to pass data on is for a recipient by name.",
        "Name each company before it receives anything.",
        "S42",
    ),
    (
        "no_mechanism",
        NO,
        "Data crosses a border without a mechanism",
        "This recipient is in a place from which no transfer starts, and none leads to it.",
        "Write one under transfers, with its mechanism and document.",
        "Art. 44, S61",
    ),
    (
        "signal_not_honored",
        LOOK,
        "A signal that the law demands is ignored",
        "The rule of a region demands this browser signal of who sells or shares data.",
        "Set its treatment to honored, unless nothing is sold or shared there.",
        "C-1, C-8",
    ),
    (
        "contradiction",
        LOOK,
        "The policy says two things at once",
        "Two sentences contradict each other.",
        "Mend one, or say which is followed.",
        "C1-C11",
    ),
)
