"""Take back what a person allowed, at their request. Asked by floors that may not know who keeps the decisions.

A higher floor does it. Where nobody does, the withdrawal is refused loudly: nothing may look done that is not.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Protocol

from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError


class Withdrawing(Protocol):
    """Ends what the subject allowed, in the caller's transaction: of `purposes`, or of all where that is None.
    Returns the codes of the purposes for which something was allowed or waited to be."""

    def __call__(
        self,
        *,
        subject_id: uuid.UUID,
        purposes: Sequence[str] | None,
        actor: Actor,
        now: dt.datetime,
        said_at: dt.datetime,
    ) -> list[str]: ...


_withdrawing: list[Withdrawing] = []


def register(withdrawing: Withdrawing) -> None:
    """Say who withdraws; the last one counts."""
    _withdrawing[:] = [withdrawing]


def withdraw(
    *, subject_id: uuid.UUID, purposes: Sequence[str] | None, actor: Actor, now: dt.datetime, said_at: dt.datetime
) -> list[str]:
    """Take back what was allowed (Article 7(3) GDPR). `said_at`: when the person's words reached us. DomainError
    where nobody can."""
    if not _withdrawing:
        raise DomainError("Nothing here keeps what people decide, so nothing can be withdrawn.", code="no_consent")
    return _withdrawing[0](subject_id=subject_id, purposes=purposes, actor=actor, now=now, said_at=said_at)
