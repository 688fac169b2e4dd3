"""Who has confirmed what. For the person's own page, the board and the alarm."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from privacy.jobs.webhooks.models import DeliveryState, EndpointState, WebhookDelivery


@dataclass(frozen=True, slots=True)
class Downstream:
    """Of the newest event about one thing: how many systems were told, how many confirmed, who has not yet."""

    asked: int
    confirmed: int
    waiting: tuple[str, ...]


def downstream_of(subject_ids: Iterable[uuid.UUID]) -> dict[str, Downstream]:
    """By what it is about (of consent: the purpose), for a person's alias set. One statement.

    What nobody was told about is not in it. A system whose newest message is confirmed counts as confirmed.
    """
    rows = (
        WebhookDelivery.objects.filter(subject_id__in=list(subject_ids))
        .exclude(endpoint__state=EndpointState.ENDED)
        .exclude(about="")
        .order_by("sequence", "created_at")
        .values_list("about", "endpoint__label", "sequence", "accepted_at", "state")
    )
    newest: dict[str, dict[str, tuple[int, bool]]] = {}
    for about, label, sequence, accepted_at, state in rows:
        systems = newest.setdefault(about, {})
        is_told = accepted_at is not None or state == DeliveryState.SETTLED
        same_moment = label in systems and systems[label][0] == sequence
        systems[label] = (sequence, is_told and (systems[label][1] if same_moment else True))
    return {about: _counted(systems) for about, systems in newest.items()}


def _counted(systems: dict[str, tuple[int, bool]]) -> Downstream:
    waiting = tuple(sorted(label for label, (_, is_told) in systems.items() if not is_told))
    return Downstream(len(systems), len(systems) - len(waiting), waiting)


def unconfirmed() -> "QuerySet[WebhookDelivery]":
    """Withdrawals that a system has not confirmed, the oldest first."""
    rows = WebhookDelivery.objects.filter(lowers=True, accepted_at=None).exclude(state=DeliveryState.SETTLED)
    return rows.exclude(endpoint__state=EndpointState.ENDED).order_by("created_at", "id")


def oldest_unconfirmed() -> dt.datetime | None:
    """Since when the oldest of them waits."""
    return unconfirmed().values_list("created_at", flat=True).first()
