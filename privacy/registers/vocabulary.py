"""The words of the registers."""

from privacy.policy.vocabulary import RecipientRole

BOUND_BY_CONTRACT = frozenset(set(RecipientRole) - {RecipientRole.AUTHORITY})
NEEDS_POLICY_URL = frozenset({RecipientRole.PARTNER, RecipientRole.PUBLISHER})
