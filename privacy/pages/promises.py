"""Controls of the promises that pages of several apps keep."""

from privacy.audit.models import AuditEvent
from privacy.pages.audit_events import MANDATE_ANSWERED
from privacy.personal_data.contract import MandateHolder, handlers
from privacy.personal_data.declaring import declarations
from privacy.policy.board import ControlAnswer, control, green, not_configured, red
from privacy.policy.selectors import categories, has_policy


def check_categories() -> ControlAnswer:
    """Every table that holds personal data stands under a category of the policy, so that each gets its heading."""
    if not has_policy():
        return not_configured("No policy is in force. Load one with `manage.py load_policy FILE`.")
    known = {row.code for row in categories()}
    missing = sorted({each.category for each in declarations.values()} - known)
    if missing:
        return red(f"The policy has no category {', '.join(missing)}, though a table holds such data.")
    return green(f"{len(known)} categories, each with its heading in a copy; {len(declarations)} tables under them.")


control(10, code="pages.every_category", label="A heading for each category, also an empty one", check=check_categories)


def check_mandates() -> ControlAnswer:
    """Processors that may charge again are asked when the person looks, and end a mandate when the person says so."""
    labels = [handler.label for handler in handlers.all() if isinstance(handler, MandateHolder)]
    if not labels:
        return not_configured("No payment processor is connected. Connect one with `manage.py connect FILE`.")
    asked = AuditEvent.objects.filter(type=MANDATE_ANSWERED.code, is_demo=False).count()
    return green(f"{', '.join(labels)} can be asked and told to end a mandate; {asked} were ended or answered for.")


control(
    30, code="pages.mandates_end", label="A mandate to charge again is ended at the processor", check=check_mandates
)
