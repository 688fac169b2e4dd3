"""Declarations of registers."""

from privacy.personal_data.declaring import EVIDENCE, declare, exempt, shown, steady, technical
from privacy.registers.demands.selectors import gag_phase, without_gagged

declare(
    "registers.Disclosure",
    category="identification",
    purpose="legal_obligation",
    subject="subject_id",
    label="Whom we passed your data to",
    on_erase=EVIDENCE,
    rows=steady(without_gagged, during=gag_phase),
    fields={
        **dict.fromkeys(("at", "recipient", "purpose", "categories", "basis", "policy_on"), shown()),
        **dict.fromkeys(("id", "subject_id", "actor_kind", "actor_id", "grant_id"), technical("a code or an id")),
        **dict.fromkeys(("idem_hash", "body_mac", "row_hash"), technical("a hash")),
        "is_demo": technical("demo mark"),
    },
)
exempt("registers.RecipientFile", "A company, not a person.")
exempt("registers.RefusedDisclosure", "Counts per day; nobody is named.")
