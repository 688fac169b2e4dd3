"""Work that comes back: each period exactly once, whoever and however many ask.

A due period becomes a job whose key names the period, so that a second beat inserts nothing. After
downtime only the newest period runs. A heartbeat row says when each last was due.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction

from privacy.audit.checkpoints import write_checkpoint
from privacy.audit.sealing import seal_pending
from privacy.jobs.models import Heartbeat
from privacy.jobs.services import enqueue

EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
Pulse = Callable[[dt.datetime], object]


@dataclass(frozen=True, slots=True)
class Periodic:
    """`kind` is enqueued once in every `period`."""

    name: str
    period: dt.timedelta
    kind: str


_periodic: dict[str, Periodic] = {}


def every(name: str, period: dt.timedelta, *, kind: str) -> None:
    """Register periodic work (module `<app>/job_kinds.py`); ValueError where the name is taken."""
    if name in _periodic:
        raise ValueError(f"{name} is registered twice.")
    _periodic[name] = Periodic(name, period, kind)


def registered() -> list[Periodic]:
    """Everything periodic, for the console and the alarm on absence."""
    return sorted(_periodic.values(), key=lambda entry: entry.name)


def tick(now: dt.datetime) -> None:
    """Insert a job for every period that has begun."""
    due = {entry.name: _period_start(entry, now) for entry in registered()}
    known = dict(Heartbeat.objects.filter(name__in=due).values_list("name", "at"))
    for entry in registered():
        start = due[entry.name]
        if known.get(entry.name) == start:
            continue
        with transaction.atomic():
            enqueue(entry.kind, idem_key=f"periodic:{entry.name}:{start:%Y-%m-%dT%H:%M:%S}", payload={}, now=now)
            Heartbeat.objects.update_or_create(name=entry.name, defaults={"at": start})


def _period_start(entry: Periodic, now: dt.datetime) -> dt.datetime:
    return EPOCH + ((now - EPOCH) // entry.period) * entry.period


def _beat(now: dt.datetime) -> None:
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": now})


_more_pulses: dict[str, Pulse] = {}


def with_every_poll(name: str, pulse: Pulse) -> None:
    """Register what every poll does too (module `<app>/job_kinds.py`); ValueError where the name is taken."""
    if name in _more_pulses:
        raise ValueError(f"{name} is registered twice.")
    _more_pulses[name] = pulse


def pulses() -> Iterator[tuple[str, Pulse]]:
    """What a poll does besides claiming: too frequent to be jobs."""
    yield "heartbeat", _beat
    yield "periodic", tick
    yield "seal", lambda now: seal_pending(now=now)
    yield "checkpoint", lambda now: write_checkpoint(now=now)
    yield from _more_pulses.items()
