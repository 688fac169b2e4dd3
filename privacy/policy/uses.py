"""Which uses of the policy in force a law's opt-out is about. Reads only.

Advertising: whatever is sent to promote something. Sale and sharing: what the browser signal of that opt-out
(GPC) switches off. Sensitive data: uses of a category that the policy marks as sensitive. What the service or a
law needs has no switch and is in none of them.
"""

from collections.abc import Sequence

from privacy.policy.models import PolicyVersion, Purpose
from privacy.policy.selectors import categories, current_version, purposes
from privacy.policy.vocabulary import MessageClass, Switch

SALE_SIGNAL = "gpc"


def uses_with_a_switch(version: PolicyVersion | None = None) -> list[Purpose]:
    """Every use that a person can end."""
    return [row for row in purposes(version) if row.switch is not Switch.LOCKED]


def advertising_uses(version: PolicyVersion | None = None) -> list[Purpose]:
    """Uses that promote something, whoever sends it, and sharing by which others may."""
    rows = uses_with_a_switch(version)
    return [row for row in rows if row.message_class == MessageClass.PROMOTIONAL or _is_for_others(row)]


def sold_uses(version: PolicyVersion | None = None) -> list[Purpose]:
    """Uses that a law may call a sale or sharing for advertising."""
    return [row for row in uses_with_a_switch(version) if SALE_SIGNAL in row.denied_by]


def sensitive_uses(version: PolicyVersion | None = None) -> list[Purpose]:
    """Uses of sensitive categories."""
    within = version or current_version()
    sensitive = sensitive_categories(within)
    return [row for row in uses_with_a_switch(within) if sensitive & set(row.categories)]


def sensitive_categories(version: PolicyVersion | None = None) -> frozenset[str]:
    """The codes of the categories that the policy marks as sensitive."""
    return frozenset(row.code for row in categories(version) if row.is_sensitive)


def codes(rows: Sequence[Purpose]) -> tuple[str, ...]:
    """Their codes, in the order of the policy."""
    return tuple(row.code for row in rows)


def _is_for_others(row: Purpose) -> bool:
    """Whether a company outside receives contact data for its own ends (promise S78)."""
    return row.group == "sharing" and SALE_SIGNAL in row.denied_by
