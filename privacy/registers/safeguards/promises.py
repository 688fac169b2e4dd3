"""The control of promise S63: the clauses of a transfer can be had on request."""

from privacy.policy.board import ControlAnswer, control, green, not_configured, red
from privacy.policy.selectors import has_policy
from privacy.registers.safeguards.selectors import documents_in_force, transfers, transfers_without_document


def check_documents() -> ControlAnswer:
    """Every transfer of the policy has a document that can be handed out."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    missing = transfers_without_document()
    if missing and not documents_in_force():
        return not_configured("Take the contractual clauses in under Safeguards of transfers, as PDF.")
    if missing:
        return red(f"{len(missing)} of {len(transfers())} transfers have no document that could be handed out.")
    return green(f"{len(transfers())} transfers, each with a document that people get a copy of.")


control(
    63, code="safeguards.attached", label="The document of each transfer goes with the answer", check=check_documents
)
