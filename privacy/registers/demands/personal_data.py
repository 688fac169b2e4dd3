"""Declarations of legal demands. `rows` keeps a gag in every answer to the person: copies, pages and plans alike."""

from privacy.personal_data.declaring import declare, retain, secret, shown, steady, technical
from privacy.registers.demands.selectors import gag_phase, told

declare(
    "demands.LegalDemand",
    category="case",
    purpose="legal_obligation",
    subject="subject",
    label="What authorities demanded about you",
    on_erase=retain(ground="legal_claims", anchor="closed_at", days=3 * 365),
    rows=steady(told, during=gag_phase),
    fields={
        **dict.fromkeys(("recipient", "instrument", "dated_on", "ground", "categories", "contents"), shown()),
        **dict.fromkeys(("state", "closed_at", "gag_until"), shown()),
        "necessity": secret("how legal weighed it; it may name others"),
        **dict.fromkeys(("id", "subject", "disclosure_id"), technical("an id")),
        **dict.fromkeys(("filed_by", "first_by", "second_by", "closed_by"), technical("the id of a member of staff")),
        **dict.fromkeys(("filed_at", "first_at", "second_at", "version"), technical("a step of the work")),
        "is_demo": technical("demo mark"),
    },
)
