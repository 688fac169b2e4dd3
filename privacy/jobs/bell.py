"""The doorbell: it makes a worker look sooner. It can fail, hang up or be deaf, and nothing is lost.

Within one process it sets an event. With Redis a thread of its own sends a Celery message that carries the
job id, so that no page waits for Redis, however long it takes to answer. A bell that did not ring is left
alone for a while.
"""

import atexit
import logging
import os
import queue
import threading
import time
import uuid

from django.conf import settings

SILENCE_SECONDS = 5.0
MOST_WAITING = 1000  # rings beyond that are dropped: the workers look by themselves
PARTING_SECONDS = 0.5  # a command that ends lets its last rings go out, but waits no longer
logger = logging.getLogger("kept.jobs.bell")
wake = threading.Event()


class Ringer:
    """The thread that talks to Redis, started with the first ring of its process."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[uuid.UUID] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._quiet_until = 0.0

    def take(self, job_id: uuid.UUID) -> None:
        self.waiting.put_nowait(job_id)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="kept-bell", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            job_id = self.waiting.get()
            if time.monotonic() >= self._quiet_until:
                self._send(job_id)
            self.waiting.task_done()

    def _send(self, job_id: uuid.UUID) -> None:
        try:
            from privacy.jobs.tasks import wake_worker  # noqa: PLC0415 - tasks ring the bell themselves

            wake_worker.apply_async(args=(str(job_id),), retry=False, ignore_result=True)
        except Exception as error:  # noqa: BLE001 - whatever a broker throws, the row is there
            self._quiet_until = time.monotonic() + SILENCE_SECONDS
            logger.warning("the bell did not ring", extra={"fields": {"error": type(error).__name__}})


_ringer = Ringer()


def ring(job_id: uuid.UUID) -> None:
    """Wake whoever can do the job. Never raises, and never waits."""
    wake.set()
    if not settings.REDIS_URL:
        return
    try:
        _ringer.take(job_id)
    except (queue.Full, RuntimeError):  # Redis hangs, or no thread can be had
        logger.warning("the bell is left alone", extra={"fields": {"waiting": unanswered()}})


def unanswered() -> int:
    """How many rings Redis has not answered yet."""
    return _ringer.waiting.unfinished_tasks


def settle(seconds: float = 10.0) -> None:
    """Wait until every ring has been answered or given up, but no longer than this."""
    end = time.monotonic() + seconds
    while unanswered() and time.monotonic() < end:
        time.sleep(0.01)


def _begin_anew() -> None:
    """A forked child has its parent's queue but not its thread."""
    global _ringer  # noqa: PLW0603 - one ringer in each process
    _ringer = Ringer()


os.register_at_fork(after_in_child=_begin_anew)
atexit.register(settle, PARTING_SECONDS)
