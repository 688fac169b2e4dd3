"""Event types of decisions that wait."""

from privacy.audit.registry import event_type

PROPOSAL_READ = event_type("dsr.proposal_read", label="Subject request: proposed decision read by staff")
