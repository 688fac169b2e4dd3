"""How allauth is bent to Kept: every mail through the outbox, staff second factor."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's hooks."""


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's second-factor hooks."""
