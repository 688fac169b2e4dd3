"""The doorbell: it makes a worker look sooner. It can fail, hang up or be deaf, and nothing is lost.

Within one process it sets an event. With Redis it sends a Celery message that carries the job id. A
bell that did not ring is left alone for a while, so that a dead Redis slows no page.
"""

import logging
import threading
import time
import uuid

from django.conf import settings

SILENCE_SECONDS = 5.0
logger = logging.getLogger("kept.jobs.bell")
wake = threading.Event()
_quiet_until = 0.0


def ring(job_id: uuid.UUID) -> None:
    """Wake whoever can do the job. Never raises."""
    global _quiet_until  # noqa: PLW0603 - one number; a lost write costs one try
    wake.set()
    if not settings.REDIS_URL or time.monotonic() < _quiet_until:
        return
    try:
        from privacy.jobs.tasks import wake_worker  # noqa: PLC0415 - tasks ring the bell themselves

        wake_worker.apply_async(args=(str(job_id),), retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - whatever a broker throws, the row is there
        _quiet_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("the bell did not ring", extra={"fields": {"error": type(error).__name__}})
