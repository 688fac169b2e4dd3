"""The grounds on which something stays or a request is refused, with the article a letter cites.

Source: GDPR (Regulation (EU) 2016/679), the articles named in each row.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """`article` as cited; `sentence` as the person reads it; `refuses` whether a right may be refused on it,
    or only rows retained; `only_for` the rights that it fits (empty: every right)."""

    code: str
    article: str
    sentence: str
    refuses: bool = False
    only_for: tuple[str, ...] = ()


_ROWS = [
    Ground("accountability", "Art. 5(2), 17(3)(e) GDPR", "We must be able to show what we did with your request."),
    Ground("legal_obligation", "Art. 17(3)(b) GDPR", "A law obliges us to keep it, such as tax law for invoices."),
    Ground("legal_claims", "Art. 17(3)(e) GDPR", "It is needed to establish, exercise or defend legal claims."),
    Ground("contract", "Art. 6(1)(b) GDPR", "It is still needed for a contract with you."),
    Ground("fraud_prevention", "Art. 17(1)(a), 6(1)(f) GDPR", "It is still needed to prevent fraud."),
    Ground("cannot_identify", "Art. 11(2), 12(2) GDPR", "We cannot identify you in our data.", refuses=True),
    Ground("unfounded", "Art. 12(5)(b) GDPR", "The request is manifestly unfounded or excessive.", refuses=True),
    Ground(
        "rights_of_others",
        "Art. 15(4), 20(4) GDPR",
        "It would adversely affect the rights of others.",
        refuses=True,
        only_for=("access", "portability"),
    ),
    Ground(
        "accurate", "Art. 16 GDPR", "We checked, and the data is correct.", refuses=True, only_for=("rectification",)
    ),
    Ground(
        "no_case_of_restriction",
        "Art. 18(1) GDPR",
        "None of the cases in which the law restricts the use is given.",
        refuses=True,
        only_for=("restriction",),
    ),
    Ground(
        "compelling_grounds",
        "Art. 21(1) GDPR",
        "We have compelling legitimate grounds that override your interests.",
        refuses=True,
        only_for=("objection",),
    ),
]
GROUNDS: dict[str, Ground] = {ground.code: ground for ground in _ROWS}


def ground(code: str) -> Ground:
    """The ground of a code; KeyError for one that the catalogue does not have."""
    return GROUNDS[code]
