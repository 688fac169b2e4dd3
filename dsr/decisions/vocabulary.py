"""The words of decisions that wait."""

import datetime as dt
import enum

ALONE_AFTER = dt.timedelta(hours=24)  # where only one person may approve, they do it a day later


class ProposalState(enum.StrEnum):
    """Where a proposed decision stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DISCARDED = "discarded"  # sent back, withdrawn with its case, or overtaken by a change of the request


class Why(enum.StrEnum):
    """Why a second person has to look."""

    REFUSAL = "refusal"  # something that was asked for is not done
    SENSITIVE = "sensitive"  # data of a sensitive category goes out or changes
    MINOR = "minor"  # it is about a child


WHY_WORDS = {
    Why.REFUSAL: "something that was asked for is not done",
    Why.SENSITIVE: "sensitive data is concerned",
    Why.MINOR: "a child is concerned",
}


class AppealState(enum.StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    GRANTED = "granted"  # the case is decided anew
    DENIED = "denied"  # the answer stays as it was


def choices(kind: type[enum.StrEnum]) -> list[tuple[str, str]]:
    """Choices of a StrEnum."""
    return [(member.value, member.value) for member in kind]
