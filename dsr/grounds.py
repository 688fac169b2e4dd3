"""The grounds on which something stays or a request is refused, by law, with the article a letter cites.

The rows stand in `dsr/ground_rows/`, one file for each group of laws. A code means the same under every law; its
article and its sentence are those of the law that the case is counted by.
"""

from dsr.ground_rows import americas, europe, pacific
from dsr.ground_rows.ground import APPROVER, Ground, family_of

__all__ = ["APPROVER", "GROUNDS", "Ground", "family_of", "ground", "ground_in", "refusal_grounds"]

ROWS: tuple[Ground, ...] = (*europe.ROWS, *americas.ROWS, *pacific.ROWS)
GROUNDS: dict[str, Ground] = {row.code: row for row in reversed(ROWS)}  # the first row of a code: the GDPR's
_BY_LAW: dict[tuple[str, str], Ground] = {(row.law, row.code): row for row in reversed(ROWS)}


def ground(code: str) -> Ground:
    """The ground of a code; KeyError for one that the catalogue does not have."""
    return GROUNDS[code]


def ground_in(code: str, regime: str) -> Ground | None:
    """The ground as the law of a profile (such as `UK-GDPR`) words it, else as the GDPR does; None for no ground."""
    return _BY_LAW.get((family_of(regime), code)) or GROUNDS.get(code)


def refusal_grounds(right: str, *regimes: str) -> list[Ground]:
    """The grounds on which this right may be refused, whole or in part.

    As the law of the first profile words them; where a case stands under several, only what every one of them
    knows, since a second law never takes anything from a person.
    """
    first, *others = [_of_law(right, regime) for regime in regimes]
    return [row for row in first.values() if all(row.code in other for other in others)]


def _of_law(right: str, regime: str) -> dict[str, Ground]:
    law = family_of(regime)
    return {row.code: row for row in ROWS if row.law == law and row.refuses and row.fits(right)}
