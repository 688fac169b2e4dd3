"""Tables of retention."""

from privacy.retention.models.holds import HoldTarget, LegalHold

__all__ = ["HoldTarget", "LegalHold"]
