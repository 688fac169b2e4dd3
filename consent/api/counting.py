"""Decisions are counted per key, purpose and hour. The counts are gathered in memory and written a
moment later, so that a question costs no write; a crash can lose the last moment's counts, and only those."""

import atexit
import datetime as dt
import threading
import uuid
from collections import Counter
from collections.abc import Iterable

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from accounts.api_keys import note_use
from consent.models import DecisionCount

FLUSH_SECONDS = 2.0
_Slot = tuple[uuid.UUID, dt.datetime, str, str]
_lock = threading.Lock()
_waiting: Counter[_Slot] = Counter()
_timer: threading.Timer | None = None


def count_decisions(key: uuid.UUID, answers: Iterable[tuple[str, str]], now: dt.datetime) -> None:
    """Note answers (purpose, decision); the purpose is empty for one that legal has not published."""
    global _timer  # noqa: PLW0603 - guarded by _lock
    hour = now.replace(minute=0, second=0, microsecond=0)
    counts = Counter(answers)
    with _lock:
        for (purpose, decision), count in counts.items():
            _waiting[key, hour, purpose, decision] += count
        if _timer is None:
            _timer = threading.Timer(FLUSH_SECONDS, _flush_later)
            _timer.daemon = True
            _timer.start()


def count_decision(key: uuid.UUID, purpose: str, decision: str, now: dt.datetime) -> None:
    """Note one answer."""
    count_decisions(key, [(purpose, decision)], now)


def flush_counts() -> None:
    """Write what was gathered. What cannot be written is kept for the next time."""
    global _timer  # noqa: PLW0603 - guarded by _lock
    with _lock:
        counts = dict(_waiting)
        _waiting.clear()
        if _timer is not None:
            _timer.cancel()
        _timer = None
    try:
        for slot, count in sorted(counts.items(), key=lambda item: str(item[0])):
            _add(slot, count)
            counts[slot] = 0
        for key, used_at in {(slot[0], slot[1]) for slot in counts}:
            note_use(key, used_at)
    except DatabaseError:
        with _lock:
            _waiting.update(counts)


def drop_counts() -> None:
    """Forget what was gathered: between tests, whose keys are rolled back."""
    global _timer  # noqa: PLW0603 - guarded by _lock
    with _lock:
        _waiting.clear()
        if _timer is not None:
            _timer.cancel()
        _timer = None


def _add(slot: _Slot, count: int) -> None:
    key, hour, purpose, decision = slot
    with transaction.atomic():
        row, _ = DecisionCount.objects.get_or_create(key_id=key, hour=hour, purpose=purpose, decision=decision)
        DecisionCount.objects.filter(pk=row.pk).update(count=F("count") + count)


def _flush_later() -> None:
    try:
        flush_counts()
    finally:
        connection.close()


atexit.register(lambda: flush_counts() if _waiting else None)
