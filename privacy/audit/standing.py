"""Whether this database is the one that the newest outside checkpoint speaks of.

A restored backup ends before that checkpoint, or went on along another chain. Until somebody has put
right what the backup brought back, such a database is in quarantine.
"""

import datetime as dt
import enum

from django.db import transaction

from privacy.audit.audit_events import RESTORE_ACCEPTED
from privacy.audit.checkpoints import BrokenCheckpoint, newest_checkpoint
from privacy.audit.models import Seal
from privacy.audit.restores import is_accepted, note_accepted
from privacy.audit.services import record
from privacy.kernel.actors import Actor


class Standing(enum.StrEnum):
    """What the comparison says."""

    LEVEL = "level"  # the checkpoint's seal is here, or there is no checkpoint yet
    BEHIND = "behind"  # the database ends before it
    FORKED = "forked"  # another seal stands in its place
    UNREADABLE = "unreadable"  # the checkpoint file cannot be read


def standing() -> Standing:
    """Compare the newest checkpoint with the database: one file and one query."""
    try:
        point = newest_checkpoint()
        if point is None:
            return Standing.LEVEL
        found = Seal.objects.filter(number=point.number).values_list("hash", flat=True).first()
        if found == point.hash or is_accepted(number=point.number, seal_hash=point.hash):
            return Standing.LEVEL
    except (BrokenCheckpoint, OSError):
        return Standing.UNREADABLE
    return Standing.BEHIND if found is None else Standing.FORKED


def accept_restore(*, actor: Actor, now: dt.datetime) -> bool:
    """Take a restored database back into use; False where it was not behind.

    For whoever has erased again what the backup brought back. `verify_ledger` goes on naming what was
    lost with the old database.
    """
    if standing() not in {Standing.BEHIND, Standing.FORKED}:
        return False
    point = newest_checkpoint()
    if point is None:
        return False
    with transaction.atomic():
        record(RESTORE_ACCEPTED, actor=actor, at=now, checkpoint=point.number)
        note_accepted(number=point.number, seal_hash=point.hash, now=now)
    return True
