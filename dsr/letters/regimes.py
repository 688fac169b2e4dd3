"""What each law wants a letter to say about complaint, court and appeal. Pure.

Sources: GDPR Art. 12(4), 77, 79 · UK GDPR Art. 77, 79 with DPA 2018 s.164A to s.167 (Data (Use and Access) Act 2025) ·
FADP Art. 32, 49 · PIPEDA s.11, s.14 · CQLR P-39.1 s.34, s.42 · LGPD Art. 18 §1 · Privacy Act 1988 (Cth) s.36, s.40 ·
Privacy Act 2020 (NZ) s.48, s.72, s.98 · DPDP Act 2023 s.13, s.27 · the acts of the states of the USA, where a person
can appeal and a denied appeal names the attorney general.
"""

from dataclasses import dataclass

from privacy.kernel.deadlines.profiles import PROFILES
from privacy.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class LetterLaw:
    """`complaint` and `court`: the articles that a letter cites; an empty `court`: the law gives none that a letter
    must name. `us_first`: complain to the controller before the authority. `days_to_complain`: 0 for no limit.
    `appeal_days`: in which an appeal to the controller is answered; 0 where the law knows none; `appeal_longer`: days
    by which that may be extended."""

    name: str
    complaint: str
    court: str = ""
    us_first: bool = False
    days_to_complain: int = 0
    appeal_days: int = 0
    appeal_longer: int = 0

    @property
    def has_appeal(self) -> bool:
        """Whether a person can appeal to the controller."""
        return self.appeal_days > 0


_LAWS = {
    "EU-GDPR": LetterLaw("GDPR", "Art. 77 GDPR", "Art. 79 GDPR"),
    "UK-GDPR": LetterLaw("UK GDPR", "Art. 77 UK GDPR, s.164A and s.165 DPA 2018", "s.167 DPA 2018", us_first=True),
    "CH-FADP": LetterLaw("FADP", "Art. 49 FADP", "Art. 32 FADP"),
    "CA-PIPEDA": LetterLaw("PIPEDA", "s.11 PIPEDA", "s.14 PIPEDA"),
    "CA-QC-LAW25": LetterLaw("CQLR P-39.1", "s.42 CQLR P-39.1", days_to_complain=30),
    "BR-LGPD": LetterLaw("LGPD", "Art. 18 §1 LGPD", "Art. 22 LGPD"),
    "AU-APP": LetterLaw("Privacy Act 1988", "s.36 Privacy Act 1988", us_first=True),
    "NZ-PA": LetterLaw("Privacy Act 2020", "s.72 Privacy Act 2020", "s.98 Privacy Act 2020"),
    "IN-DPDP": LetterLaw("DPDP Act 2023", "s.13 and s.27 DPDP Act 2023", us_first=True),
    "US-CA-CCPA": LetterLaw("CCPA", "Cal. Civ. Code 1798.199.45, 1798.199.90"),
    "US-CA-DROP": LetterLaw("California Delete Act", "Cal. Civ. Code 1798.99.80"),
}
_OUR_POLICY = LetterLaw("", "")


def law_of_letter(regime: str) -> LetterLaw:
    """What a letter under this profile has to say; the policy's own promise cites no article."""
    if regime in _LAWS:
        return _LAWS[regime]
    if not regime.startswith("US-"):
        return _OUR_POLICY
    days, longer = _appeal(regime)
    state = regime.removeprefix("US-")
    return LetterLaw(f"privacy act of {state}", f"privacy act of {state}", appeal_days=days, appeal_longer=longer)


def _appeal(regime: str) -> tuple[int, int]:
    """Days to answer an appeal and days more, as the profile of the state counts them."""
    profile = PROFILES.get(regime)
    if profile is None:
        return 0, 0
    try:
        rule = profile.rule("appeal")
    except InvalidInput:
        return 0, 0
    return rule.number, max(0, rule.extended - rule.number)
