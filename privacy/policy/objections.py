"""End uses of a person's data at their request. Asked by floors that may not know who keeps the decisions.

A higher floor does it. Where nobody does, the objection is refused loudly: nothing may look done that is not.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Protocol

from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError


class Objecting(Protocol):
    """Ends each of `purposes` for the subject, in the caller's transaction; returns how many changed."""

    def __call__(
        self,
        *,
        subject_id: uuid.UUID,
        purposes: Sequence[str],
        actor: Actor,
        now: dt.datetime,
        said_at: dt.datetime,
        region: str,
        source_id: str,
    ) -> int: ...


_objecting: list[Objecting] = []


def register(objecting: Objecting) -> None:
    """Say who ends uses; the last one counts."""
    _objecting[:] = [objecting]


def object_to(
    *,
    subject_id: uuid.UUID,
    purposes: Sequence[str],
    actor: Actor,
    now: dt.datetime,
    said_at: dt.datetime,
    region: str = "",
    source_id: str = "",
) -> int:
    """End these uses. `said_at`: when the person's words reached us. `region`: where they live, as far as it is known.
    `source_id`: the request by which they asked. DomainError where nobody can."""
    if not _objecting:
        raise DomainError("Nothing here keeps what people decide, so no use can be ended.", code="no_consent")
    return _objecting[0](
        subject_id=subject_id,
        purposes=purposes,
        actor=actor,
        now=now,
        said_at=said_at,
        region=region,
        source_id=source_id,
    )
