"""What sites and agents report, as rows."""

from privacy.intake.age_gate.models import TooYoungCount

__all__ = ["TooYoungCount"]
