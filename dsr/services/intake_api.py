"""Filing by a system of the company's: as the public form does, once for each key that the system chose."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from accounts.api_keys import family_of
from dsr.correspondence.models import ApiFiling
from dsr.models import SubjectRequest
from dsr.services.intake import open_subject_request
from dsr.states import OPEN, Channel, State
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import digest
from privacy.kernel.errors import DomainError, NotFound, StaleState
from privacy.kernel.keyring import keyring
from privacy.kernel.ready import Ready
from privacy.kernel.statements import insert

MOST_A_DAY = 5_000  # of one system: a stolen key shall not make us write to everybody


BEFORE = Ready(
    lambda system, key: ApiFiling.objects.select_related("subject_request").filter(system=system, idem_hash=key)
)


class TooMany(DomainError):
    """The system files more than any site does."""

    code = "too_many"
    http_status = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked on a site or in an app."""

    rights: Sequence[str]
    email: str
    name: str = ""
    message: str = ""
    language: str = "en"
    region: str = ""


def file_by_api(
    *,
    wish: Wish,
    key_id: uuid.UUID,
    idem_key: str,
    body: bytes,
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> tuple[ApiFiling, bool]:
    """File it; the filing, and whether it is new. The same for people we know and people we do not.

    Raises InvalidInput naming the field, StaleState for a key that came with another body, TooMany.
    """
    system, idem_hash = family_of(key_id), digest([idem_key])
    body_mac = keyring().mac("api-filing", body.hex())
    try:
        with transaction.atomic():
            if before := _before(system, idem_hash, body_mac):
                return before, False
            if ApiFiling.objects.filter(system=system, at__gt=now - dt.timedelta(days=1)).count() >= MOST_A_DAY:
                raise TooMany(f"This system filed {MOST_A_DAY} requests within a day. Go on tomorrow.")
            case = open_subject_request(
                rights=wish.rights,
                email=wish.email,
                name=wish.name,
                message=wish.message,
                language=wish.language,
                region=wish.region,
                channel=Channel.API,
                actor=actor,
                now=now,
                is_demo=is_demo,
            )
            filing = ApiFiling(system=system, idem_hash=idem_hash, body_mac=body_mac, subject_request=case, at=now)
            insert(filing)
    except IntegrityError:  # the same report at the same moment: its request is undone with it
        found = _before(system, idem_hash, body_mac)
        if found is None:
            raise
        return found, False
    return filing, True


def filing_of(*, key_id: uuid.UUID, reference: str) -> ApiFiling:
    """The newest filing of this system with this reference; NotFound for another's and for none alike."""
    rows = ApiFiling.objects.select_related("subject_request")
    found = rows.filter(system=family_of(key_id), subject_request__reference=reference).order_by("-at").first()
    if found is None:
        raise NotFound("There is no such request of this system.", field="reference")
    return found


def stage_of(case: SubjectRequest) -> str:
    """Where a case stands, as a system may know: unconfirmed, open, answered or ended."""
    if case.state == State.UNCONFIRMED:
        return "unconfirmed"
    if case.state in OPEN:
        return "open"
    return "answered" if case.state in {State.CLOSED, State.REFUSED} else "ended"


def _before(system: uuid.UUID, idem_hash: str, body_mac: str) -> ApiFiling | None:
    found = BEFORE.first(system, idem_hash)
    if found is not None and found.body_mac != body_mac:
        raise StaleState(
            "This Idempotency-Key came before with another body. Use a new key for each request.",
            field="Idempotency-Key",
            code="idempotency_key_reused",
        )
    return found
