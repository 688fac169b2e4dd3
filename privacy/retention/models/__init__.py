"""Tables of retention."""

from privacy.retention.models.disposal import DisposalReceipt, DisposalRun, DisposalState, RuleSwitch
from privacy.retention.models.holds import HoldTarget, LegalHold

__all__ = ["DisposalReceipt", "DisposalRun", "DisposalState", "HoldTarget", "LegalHold", "RuleSwitch"]
