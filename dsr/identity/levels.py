"""How sure we must be of who asks, by right and by how sensitive the data is. Pure.

The same on every channel. The sources: GDPR Art. 12(2), 12(6) and EDPB Guidelines 01/2022 (no more than needed);
California 11 CCR 7026(d), 7027 (opt-out and limit are never verified), 7061 (an account's own sign-in is enough),
7062(b)-(d) (two data points, or three and a signed declaration).
"""

import enum
from collections.abc import Iterable

from dsr.states import Right


class Level(enum.StrEnum):
    """From nothing to the most. The order of the names is the order of the levels."""

    V0 = "V0"  # nothing
    V1 = "V1"  # controls the address: by a link or a code
    V2 = "V2"  # signed in, and proven again just now
    V3 = "V3"  # gave two details that we hold already
    V4 = "V4"  # gave three, and a signed declaration


LEVELS = {
    Level.V0: "Nothing is asked",
    Level.V1: "Controls the address",
    Level.V2: "Signed in, proven again just now",
    Level.V3: "Two details that we hold",
    Level.V4: "Three details that we hold, and a signed declaration",
}


class Sensitivity(enum.StrEnum):
    """What a wrong answer would do to the person."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"  # health, beliefs, money, a child's data, or a danger to the person


# What nobody is ever asked to prove anything for. California fined a company $632,500 for asking.
NEVER_ASKS = frozenset(
    {
        Right.SALE_OPT_OUT,
        Right.LIMIT_SENSITIVE,
        Right.MARKETING_OBJECTION,
        Right.CONSENT_WITHDRAWAL,
        Right.CHILD_REPORT,
    }
)
SHOWS_NOTHING = frozenset({Right.SAFEGUARDS_COPY, Right.COMPLAINT, Right.QUESTION})  # answered without data
_NOTHING = (Level.V0, Level.V0)
_ADDRESS = (Level.V1, Level.V1)
_BY_RISK = (Level.V1, Level.V2)

# right → what is needed where the data is ordinary, and where it is sensitive
MATRIX: dict[Right, tuple[Level, Level]] = {
    **dict.fromkeys(NEVER_ASKS | SHOWS_NOTHING, _NOTHING),
    Right.ACCESS: _BY_RISK,
    Right.PORTABILITY: _BY_RISK,
    Right.ERASURE: _BY_RISK,
    Right.RECTIFICATION: _BY_RISK,
    Right.RESTRICTION: _ADDRESS,
    Right.OBJECTION: _ADDRESS,
    Right.AUTOMATED_DECISION: _ADDRESS,
}
# What a law demands beyond it, by the beginning of the profile's code.
DEMANDED: dict[str, dict[Right, tuple[Level, Level]]] = {
    "US-CA": {
        Right.ACCESS: (Level.V3, Level.V4),
        Right.PORTABILITY: (Level.V3, Level.V4),
        Right.ERASURE: (Level.V3, Level.V3),
        Right.RECTIFICATION: (Level.V3, Level.V3),
    },
}


def needed_level(right: str, sensitivity: str = Sensitivity.ORDINARY, regime: str = "") -> Level:
    """The least that must be known before this right may be granted.

    `regime`: the code of a law profile, such as EU-GDPR or US-CA. ValueError for an unknown right or sensitivity.
    """
    asked, number = Right(right), list(Sensitivity).index(Sensitivity(sensitivity))
    for code, rows in DEMANDED.items():
        if regime.startswith(code) and asked in rows:
            return rows[asked][number]
    return MATRIX[asked][number]


def is_enough(level: str, needed: str) -> bool:
    """Whether a level reaches another. A fresh sign-in is as good as details given by somebody without an
    account (11 CCR 7061), so nobody with an account is asked for them."""
    return level >= needed or level == Level.V2


def never_asks(rights: Iterable[str]) -> bool:
    """Whether these rights are all of the kind for which nothing may be asked. False for none at all."""
    asked = set(rights)
    return bool(asked) and asked <= NEVER_ASKS
