"""Filing by a system of the company's: as the public form does, once for each key that the system chose."""

import datetime as dt
import uuid

from django.db import IntegrityError
from django.db.models import Count

from accounts.api_keys import family_of
from dsr.correspondence.models import Filing
from dsr.rules import new_reference
from dsr.services.filings import BY_API, Wish, keep_filing
from dsr.states import OPEN, Channel, State
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.canonical import digest
from privacy.kernel.errors import DomainError, NotFound, StaleState
from privacy.kernel.keyring import keyring
from privacy.kernel.ready import Ready

MOST_A_DAY = 5_000  # of one system: a stolen key shall not make us write to everybody

BEFORE = Ready(
    lambda system, key: Filing.objects.select_related("subject_request").filter(system=system, idem_hash=key)
)
SINCE = Ready(
    lambda system, moment: (
        Filing.objects.filter(system=system, at__gt=moment)
        .values("system")
        .annotate(number=Count("pk"))
        .values_list("number", flat=True)
    )
)


class TooMany(DomainError):
    """The system files more than any site does."""

    code = "too_many"
    http_status = 429


def file_by_api(
    *,
    wish: Wish,
    key_id: uuid.UUID,
    idem_key: str,
    body: bytes,
    now: dt.datetime,
    is_demo: bool = False,
) -> tuple[Filing, bool]:
    """Keep it to be opened; the filing, and whether it is new. The same for people we know and people we do not.

    Raises InvalidInput naming the field, StaleState for a key that came with another body, TooMany.
    """
    filing = Filing(
        channel=Channel.API,
        system=family_of(key_id),
        filed_by=key_id,
        idem_hash=digest([idem_key]),
        body_mac=keyring().mac("api-filing", body.hex()),
        reference=new_reference(),  # the case has another where somebody has this one
        at=now,
        is_demo=is_demo,
    )
    known = filing.system, filing.idem_hash
    if sum(SINCE.all(filing.system, now - dt.timedelta(days=1))) >= MOST_A_DAY and not BEFORE.any(*known):
        raise TooMany(f"This system filed {MOST_A_DAY} requests within a day. Go on tomorrow.")
    try:
        keep_filing(filing, wish=wish, actor=Actor(ActorKind.API, key_id, BY_API))
    except IntegrityError:  # sent before, or at this very moment
        before = BEFORE.first(*known)
        if before is None:
            raise
    else:
        return filing, True
    if before.body_mac != filing.body_mac:
        raise StaleState(
            "This Idempotency-Key came before with another body. Use a new key for each request.",
            field="Idempotency-Key",
            code="idempotency_key_reused",
        )
    return before, False


def filing_of(*, key_id: uuid.UUID, reference: str) -> Filing:
    """The newest filing of this system with this reference, that it was told or that its case has; NotFound for
    another's and for none alike."""
    rows = Filing.objects.select_related("subject_request").filter(system=family_of(key_id)).order_by("-at")
    found = rows.filter(reference=reference).first() or rows.filter(subject_request__reference=reference).first()
    if found is None:
        raise NotFound("There is no such request of this system.", field="reference")
    return found


def stage_of(filing: Filing) -> str:
    """Where a request stands, as a system may know: received, unconfirmed, open, answered or ended."""
    case = filing.subject_request
    if case is None:
        return "received"
    if case.state == State.UNCONFIRMED:
        return "unconfirmed"
    if case.state in OPEN:
        return "open"
    return "answered" if case.state in {State.CLOSED, State.REFUSED} else "ended"
