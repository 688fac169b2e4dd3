"""Controls of the promises that intake keeps."""

from django.db.models import Sum

from privacy.intake.age_gate.models import TooYoungCount
from privacy.policy.ages import age_rules
from privacy.policy.board import ControlAnswer, control, green, not_configured
from privacy.policy.selectors import current_version, has_policy


def check_age_gate() -> ControlAnswer:
    """The table of ages can be read, and the policy says from which age we take data."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    countries = len({row.country for row in age_rules()})
    refused = TooYoungCount.objects.aggregate(all=Sum("count"))["all"] or 0
    age = current_version().minimum_age
    return green(
        f"Nobody under {age}, and older in some of {countries} countries; {refused} refused, none of them kept."
    )


control(93, code="intake.age_gate", label="Age gate before any collection", check=check_age_gate)
