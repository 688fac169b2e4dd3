"""What other systems have confirmed of a person's decisions, by purpose: for the preferences page."""

import uuid
from collections.abc import Sequence

from privacy.jobs.webhooks.selectors import Downstream, downstream_of


def downstream_by_purpose(subject_ids: Sequence[uuid.UUID]) -> dict[str, Downstream]:
    """For each purpose that systems were told about: how many were asked, how many confirmed, and the names
    of those that have not. One statement; empty where nobody is told anything."""
    return downstream_of(subject_ids)
