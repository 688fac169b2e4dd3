"""What a ground is, and which laws share a list of them. Pure."""

from dataclasses import dataclass

from dsr.states import Right

APPROVER = "dsr.approve_erasure"  # who may be the second person
SHORT, DETAILED = 20, 120  # the least that is written in reasons, in characters
ABSOLUTE = frozenset(
    {
        *(Right.MARKETING_OBJECTION, Right.CONSENT_WITHDRAWAL, Right.SALE_OPT_OUT, Right.LIMIT_SENSITIVE),
        *(Right.QUESTION, Right.COMPLAINT),
    }
)  # a ground refuses one of these only where it names it
FAMILIES = {
    "UK-GDPR": "UK",
    "CH-FADP": "CH",
    "US-CA-CCPA": "US-CA",
    "US-CA-DROP": "US-CA",
    "CA-PIPEDA": "CA",
    "CA-QC-LAW25": "CA-QC",
    "BR-LGPD": "BR",
    "AU-APP": "AU",
    "NZ-PA": "NZ",
    "IN-DPDP": "IN",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """One row of the catalogue.

    `article` as cited; `sentence` as the person reads it. `refuses`: whether a right may be refused on it, or rows
    only retained. `only_for`: the rights that it fits (empty: every right that is not absolute). `allows_whole`
    and `allows_partial`: how much may be refused. `least_words`: how long the reasons must be at least, in
    characters. `approver`: the permission of the second person. `paragraph`: what the letter adds to the sentence.
    """

    code: str
    article: str
    sentence: str
    refuses: bool = False
    only_for: tuple[str, ...] = ()
    law: str = "EU"
    allows_whole: bool = True
    allows_partial: bool = True
    least_words: int = SHORT
    approver: str = APPROVER
    paragraph: str = ""

    def fits(self, right: str) -> bool:
        """Whether it speaks about this right."""
        return right in self.only_for if self.only_for else right not in ABSOLUTE


def family_of(regime: str) -> str:
    """The list of grounds that a profile uses; the GDPR's for a profile that has none of its own."""
    if regime in FAMILIES:
        return FAMILIES[regime]
    return "US" if regime.startswith("US-") else "EU"
