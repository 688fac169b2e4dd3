"""Quarantine: a worker does nothing while the database is behind the newest outside checkpoint.

Such a database was restored. It would erase, dispose and send by an old state, and people who were erased
since the backup stand in it again. `manage.py replay_erasures` ends the quarantine.
"""

import logging
import time

from privacy.audit.standing import Standing, standing

LOOK_EVERY_SECONDS = 5.0
logger = logging.getLogger("kept.jobs.quarantine")


class _Answer:
    """The last answer and until when it is good."""

    good_until = 0.0
    is_quarantined = False


def is_quarantined() -> bool:
    """Whether work has to wait. Looked at again every few seconds, so that the end is noticed."""
    if time.monotonic() >= _Answer.good_until:
        found = standing()
        if found != Standing.LEVEL:
            logger.error("restored database: no work until replay_erasures", extra={"fields": {"standing": found}})
        _Answer.is_quarantined = found != Standing.LEVEL
        _Answer.good_until = time.monotonic() + LOOK_EVERY_SECONDS
    return _Answer.is_quarantined


def look_again() -> None:
    """Forget the last answer: something has changed."""
    _Answer.good_until = 0.0
