"""Words of legal demands. Pure."""

import enum


class DemandState(enum.StrEnum):
    """Where a demand stands."""

    FILED = "filed"
    ONCE = "once"  # approved by one person
    APPROVED = "approved"  # approved by two
    DISCLOSED = "disclosed"  # the ledger has it; the package may be taken
    DECLINED = "declined"


class DemandGround(enum.StrEnum):
    """Why data would go out without the person's word."""

    LEGAL_PROCESS = "legal_process"
    PROTECT_RIGHTS = "protect_rights"
    PROTECT_SAFETY = "protect_safety"


GROUND_WORDS = {
    DemandGround.LEGAL_PROCESS: "A court or an authority demands it by an instrument of law",
    DemandGround.PROTECT_RIGHTS: "It protects rights or property, ours or another's",
    DemandGround.PROTECT_SAFETY: "It protects somebody's safety",
}
PURPOSES = {
    DemandGround.LEGAL_PROCESS: "legal_obligation",
    DemandGround.PROTECT_RIGHTS: "legal_claims",
    DemandGround.PROTECT_SAFETY: "legal_claims",
}
OPEN = frozenset({DemandState.FILED, DemandState.ONCE, DemandState.APPROVED})
CONTENTS = frozenset({"support", "call_recordings", "posts"})  # what people wrote or said
SHORTEST_NOTE = 20
