"""Grounds of Australia, New Zealand and India.

Sources: Privacy Act 1988 (Cth), APP 12.3 and 13; Privacy Act 2020 (NZ), s.49 to 53; DPDP Act 2023 (India), s.8, 12.
"""

from dsr.ground_rows.ground import Ground
from dsr.states import Right

ACCESS = (Right.ACCESS.value,)
CORRECT = (Right.RECTIFICATION.value,)
ERASURE = (Right.ERASURE.value,)


def _row(law: str, code: str, article: str, sentence: str, rights: tuple[str, ...]) -> Ground:
    return Ground(code, article, sentence, refuses=True, only_for=rights, law=law)


AUSTRALIA = [
    Ground("accountability", "APP 1.2, 11.2", "We must be able to show what we did.", law="AU"),
    _row("AU", "safety", "APP 12.3(a)", "It could seriously threaten somebody's life, health or safety.", ACCESS),
    _row("AU", "rights_of_others", "APP 12.3(b)", "It would unreasonably affect the privacy of others.", ACCESS),
    _row("AU", "unfounded", "APP 12.3(c)", "The request is frivolous or vexatious.", ACCESS),
    _row("AU", "legal_claims", "APP 12.3(d)", "It belongs to legal proceedings between us.", ACCESS),
    _row("AU", "negotiations", "APP 12.3(e)", "It would reveal our intentions in negotiations with you.", ACCESS),
    _row("AU", "unlawful", "APP 12.3(f)", "Giving access would be unlawful.", ACCESS),
    _row("AU", "legal_obligation", "APP 12.3(g)", "A law or a court requires us to refuse access.", ACCESS),
    _row("AU", "investigation", "APP 12.3(h), (i)", "It would hinder action on unlawful activity.", ACCESS),
    _row("AU", "trade_secret", "APP 12.3(j)", "It would reveal a commercially sensitive decision process.", ACCESS),
    _row(
        "AU",
        "accurate",
        "APP 13.3, 13.4",
        "We checked, and the data is correct. You may have a statement added that you see it otherwise.",
        CORRECT,
    ),
    _row("AU", "required_by_law", "APP 11.2(d)", "A law or a court requires us to keep it.", ERASURE),
    _row("AU", "cannot_identify", "APP 12.1", "We cannot identify you in our data.", (*ACCESS, *CORRECT, *ERASURE)),
]

NEW_ZEALAND = [
    Ground("accountability", "Privacy Act 2020, IPP 9", "We must be able to show what we did.", law="NZ"),
    _row(
        "NZ", "safety", "Privacy Act 2020, s.49", "It could seriously threaten somebody or distress a victim.", ACCESS
    ),
    _row("NZ", "trade_secret", "Privacy Act 2020, s.52", "It would reveal a trade secret.", ACCESS),
    _row("NZ", "not_found", "Privacy Act 2020, s.53(a)", "It cannot be found or is not readily retrievable.", ACCESS),
    _row("NZ", "rights_of_others", "Privacy Act 2020, s.53(b)", "It would reveal the affairs of another.", ACCESS),
    _row("NZ", "investigation", "Privacy Act 2020, s.53(c)", "It would hinder the maintenance of the law.", ACCESS),
    _row("NZ", "privilege", "Privacy Act 2020, s.53(d)", "It is covered by legal professional privilege.", ACCESS),
    _row("NZ", "unfounded", "Privacy Act 2020, s.53(h)", "The request is frivolous or vexatious.", ACCESS),
    _row(
        "NZ",
        "accurate",
        "Privacy Act 2020, IPP 7",
        "We checked, and the data is correct. You may have a statement of correction attached.",
        CORRECT,
    ),
    _row("NZ", "required_by_law", "Privacy Act 2020, IPP 9, s.24", "A law requires us to keep it.", ERASURE),
    _row("NZ", "cannot_identify", "Privacy Act 2020, s.57", "We cannot identify you.", (*ACCESS, *CORRECT, *ERASURE)),
]

INDIA = [
    Ground("accountability", "DPDP Act 2023, s.8", "We must be able to show what we did.", law="IN"),
    _row("IN", "legal_obligation", "DPDP Act 2023, s.8(7), 12(3)", "A law obliges us to keep it.", ERASURE),
    _row(
        "IN", "legal_claims", "DPDP Act 2023, s.17(1)(a)", "It is needed to enforce a legal right.", (*ACCESS, *ERASURE)
    ),
    _row("IN", "unfounded", "DPDP Act 2023, s.15", "The request is false or frivolous.", (*ACCESS, *CORRECT, *ERASURE)),
    _row("IN", "cannot_identify", "DPDP Rules 2025, r.14", "We cannot identify you.", (*ACCESS, *CORRECT, *ERASURE)),
    _row("IN", "accurate", "DPDP Act 2023, s.12(2)", "We checked, and the data is correct.", CORRECT),
]

ROWS = (*AUSTRALIA, *NEW_ZEALAND, *INDIA)
