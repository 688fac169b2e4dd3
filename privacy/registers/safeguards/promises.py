"""Controls of promises S61 and S63: places and transfers are on a register, and their clauses can be had on request."""

from privacy.policy.board import ControlAnswer, control, green, not_configured, red
from privacy.policy.selectors import has_policy
from privacy.registers.safeguards.places import NO_PLACE, places
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


def check_places() -> ControlAnswer:
    """Every system and every recipient has a place, and whoever is abroad a mechanism."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    rows = places()
    bare = [row for row in rows if row.problem]
    unknown = sum(row.problem == NO_PLACE for row in bare)
    if len(bare) > unknown:
        return red(f"{len(bare) - unknown} of {len(rows)} systems and recipients are abroad without a mechanism.")
    if unknown:
        return not_configured(
            f"{unknown} systems have no place. Set KEPT_PLACE, and `place` in the file of `manage.py connect`."
        )
    crossing = sum(bool(row.transfer) for row in rows)
    return green(f"{len(rows)} systems and recipients with their places; {crossing} abroad, each with its mechanism.")


control(61, code="registers.places", label="A register of places and transfers", check=check_places)
