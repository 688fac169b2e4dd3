"""A publication for other systems: which purposes need a fresh yes. It concerns everybody, and names nobody."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from privacy.jobs.webhooks.models import WebhookEndpoint
from privacy.jobs.webhooks.queueing import queue_happenings
from privacy.jobs.webhooks.topics import Happening, topic
from privacy.policy.models import PolicyVersion, Purpose

TOPIC = "policy.reaffirm"


def tell_systems(version: PolicyVersion, *, now: dt.datetime) -> int:
    """Queue a message for each purpose whose earlier grants this version makes stale; how many that makes."""
    stale = version.purpose_rows.filter(stale_before=version.effective_on).order_by("code")
    return queue_happenings(
        [
            Happening(TOPIC, row.pk, now, int(now.timestamp() * 1_000_000), about=row.code, is_demo=is_demo)
            for row in stale
            for is_demo in (False, True)  # the policy is the same for the invented people
        ],
        now=now,
    )


@topic(TOPIC, label="A new text makes earlier consents to a purpose stale")
def render(_endpoint: WebhookEndpoint, happenings: Sequence[Happening]) -> list[dict[str, Any]]:
    """From the day of the version on, grants to earlier texts deny until they are given again."""
    rows = Purpose.objects.select_related("version").in_bulk([each.event_id for each in happenings])
    found = [rows[each.event_id] for each in happenings]
    return [
        {"event_id": str(row.pk), "purpose": row.code, "policy_version": row.version.effective_on.isoformat()}
        for row in found
    ]
