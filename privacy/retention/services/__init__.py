"""Acts of retention."""

from privacy.retention.services.holds import place_hold, release_hold, review_hold

__all__ = ["place_hold", "release_hold", "review_hold"]
