"""Checks of what people have to do before the first real request comes in."""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from privacy.jobs.webhooks.selectors import oldest_unconfirmed
from privacy.kernel import clock
from privacy.pages.readiness.contract import Answer, green, red, yellow
from privacy.policy.selectors import has_policy
from privacy.retention.selectors import rules

APPROVERS = 2  # who prepares an erasure never approves it


def check_policy() -> Answer:
    """Everything else follows from the policy."""
    if not has_policy():
        return red("No privacy policy is in force.", "Run manage.py load_policy FILE, and publish it.")
    return green("A privacy policy is in force.")


def check_second_factor() -> Answer:
    """Staff cannot work without one."""
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    staff = User.objects.filter(is_active=True, is_staff=True).annotate(has_factor=Exists(factor))
    with_factor = staff.filter(has_factor=True).count()
    without = staff.filter(has_factor=False).count()
    if not with_factor:
        return red("No member of staff has a second factor.", "Sign in at /console/: it asks for one and sets it up.")
    if without:
        return yellow(
            f"{without} of {with_factor + without} members of staff have no second factor.",
            "Ask them to sign in at /console/; until then they see nothing there.",
        )
    return green(f"All {with_factor} members of staff have a second factor.")


def check_approvers() -> Answer:
    """An erasure needs two people: one prepares, another approves."""
    right = "approve_erasure"
    rows = User.objects.filter(is_active=True, is_staff=True).filter(
        Q(is_superuser=True) | Q(user_permissions__codename=right) | Q(groups__permissions__codename=right)
    )
    count = rows.distinct().count()
    if count < APPROVERS:
        return red(
            f"{count} people may approve an erasure; it takes {APPROVERS}.", "Give the role Legal to another person."
        )
    return green(f"{count} people may approve an erasure.")


def check_retention() -> Answer:
    """A rule that nobody switched on disposes of nothing."""
    off = sum(bool(rule.problem) for rule in rules()) if has_policy() else 0
    if off:
        return yellow(f"{off} retention rules do nothing yet.", "Look at them in /console/: dry run, then switch on.")
    return green("Every retention rule is switched on.")


def check_withdrawals() -> Answer:
    """No system keeps a withdrawal waiting for longer than the alarm allows."""
    oldest, hours = oldest_unconfirmed(), settings.KEPT_WITHDRAWAL_ALARM_HOURS
    if oldest and clock.now() - oldest > dt.timedelta(hours=hours):
        return red(
            f"A system has not confirmed a withdrawal for over {hours} hours.",
            "Look at Withdrawals not confirmed in /console/: mend the system, then send again.",
        )
    return green("Every system that is told has confirmed withdrawals in time.")


PEOPLE = [
    ("policy", "Policy", check_policy),
    ("second_factor", "Second factor", check_second_factor),
    ("approvers", "Approvers", check_approvers),
    ("retention", "Retention", check_retention),
    ("withdrawals", "Withdrawals", check_withdrawals),
]
