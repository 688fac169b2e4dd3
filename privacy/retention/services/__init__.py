"""Acts of retention."""

from privacy.retention.services.disposing import advance_disposal, start_due_runs, start_run, stop_run
from privacy.retention.services.holds import on_release, place_hold, release_hold, review_hold
from privacy.retention.services.replaying import replay_erasures
from privacy.retention.services.reviewing import remind_of_reviews
from privacy.retention.services.switching import disable_rule, dry_run, enable_rule

__all__ = [
    "advance_disposal",
    "disable_rule",
    "dry_run",
    "enable_rule",
    "on_release",
    "place_hold",
    "release_hold",
    "remind_of_reviews",
    "replay_erasures",
    "review_hold",
    "start_due_runs",
    "start_run",
    "stop_run",
]
