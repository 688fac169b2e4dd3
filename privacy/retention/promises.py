"""Controls of the promises that retention keeps."""

import datetime as dt

from django.conf import settings

from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, not_configured, red
from privacy.policy.selectors import has_policy
from privacy.retention.models import DisposalReceipt, LegalHold
from privacy.retention.returned import load_journal
from privacy.retention.selectors import Rule, periods_without_rule, rules

LATE = dt.timedelta(days=2)


def check_schedule() -> ControlAnswer:
    """Every rule is switched on and has run in the last two days."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    now = clock.now()
    every = rules()
    if idle := [rule.code for rule in every if rule.problem]:
        return not_configured(f"{len(idle)} of {len(every)} retention rules are not switched on yet.")
    late = [rule for rule in every if now - _last_sign(rule) > LATE]
    if late:
        return red(
            f"{len(late)} rules have not run for two days. Are a worker and its clock right? Then: manage.py retention"
        )
    return green(
        f"{len(every)} rules run daily, {DisposalReceipt.objects.count()} receipts; "
        f"{len(periods_without_rule())} periods of the policy have no table here."
    )


def _last_sign(rule: Rule) -> dt.datetime:
    """When the rule last ran, or was switched on."""
    signs = [rule.switch.enabled_at] if rule.switch else []
    signs += [rule.last_run.started_at] if rule.last_run else []
    return max(signs)


def check_holds() -> ControlAnswer:
    """No hold is past its review."""
    open_holds = LegalHold.objects.filter(released_at=None)
    late = open_holds.filter(review_on__lt=clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)).count()
    if late:
        return red(f"{late} legal holds are past their review date.")
    return green(f"{open_holds.count()} legal holds stand, each with a date of review.")


def check_journal() -> ControlAnswer:
    """The journal outside the database can be read, and every line of it with the keys at hand."""
    journal = load_journal()
    if journal.unreadable:
        return red(f"{journal.unreadable} erasures were noted under a key that is missing from the keys file.")
    erasures = len({erasure.scope for erasure in journal.by_mark.values()})
    return green(f"{erasures} erasures in the journal; replay_erasures repeats them after a restore.")


control(71, code="retention.journal", label="Erasures outlive a restore", check=check_journal)
control(71, code="retention.holds", label="Legal holds", check=check_holds)
control(81, code="retention.schedule", label="Retention rules", check=check_schedule)
