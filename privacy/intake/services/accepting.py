"""Each report is taken once, however often it is sent; and what was refused is counted."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from privacy.intake.models import AcceptedKey, IntakeCount
from privacy.kernel import clock
from privacy.kernel.canonical import digest
from privacy.kernel.card_numbers import mask_numbers
from privacy.kernel.errors import DomainError, StaleState
from privacy.kernel.keyring import keyring
from privacy.policy.board import is_on

KEPT_FOR = dt.timedelta(days=30)


class Gone(DomainError):
    """It was here, and has been erased since."""

    code = "gone"
    http_status = 410


def mac_of(body: bytes) -> str:
    """A keyed hash of what was sent: equal bodies are equal, and nothing can be guessed back."""
    return keyring().mac("intake-body", body.hex())


def accept_once(
    *, key_id: uuid.UUID, door: str, idem_key: str, body_mac: str, result_id: uuid.UUID, now: dt.datetime
) -> uuid.UUID | None:
    """Claim this key of the sender, in the caller's transaction. None: go on and make the row `result_id`.
    An id: this was sent before, and that row came of it.

    Raises StaleState where the same key came with another body.
    """
    named = {"key_id": key_id, "door": door, "idem_hash": digest([idem_key])}
    try:
        with transaction.atomic():
            AcceptedKey.objects.create(**named, body_mac=body_mac, result_id=result_id, at=now)
    except IntegrityError:
        before = AcceptedKey.objects.get(**named)
        if before.body_mac != body_mac:
            raise StaleState(
                "This Idempotency-Key came before with another body. Use a new key for each report.",
                field="Idempotency-Key",
                code="idempotency_key_reused",
            ) from None
        return before.result_id
    return None


def forget_accepted(*, now: dt.datetime) -> int:
    """Keys older than thirty days: nobody repeats a report that late."""
    return AcceptedKey.objects.filter(at__lt=now - KEPT_FOR).delete()[0]


@transaction.atomic
def count(what: str, *, site: str, now: dt.datetime, by: int = 1) -> None:
    """Add to today's count."""
    day = clock.local_date(now, settings.KEPT_TIME_ZONE)
    row, _ = IntakeCount.objects.get_or_create(day=day, site=site, what=what)
    IntakeCount.objects.filter(pk=row.pk).update(count=F("count") + by)


def without_numbers(text: str) -> tuple[str, int]:
    """The text with card and social security numbers masked, and how many there were."""
    return mask_numbers(text) if is_on("intake.no_card_numbers") else (text, 0)
