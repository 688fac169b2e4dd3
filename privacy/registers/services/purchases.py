"""What a publisher learns of somebody who bought its add-on: what the policy and its file let it have, and no more."""

from privacy.policy.board import is_on
from privacy.policy.selectors import purposes
from privacy.policy.vocabulary import RecipientRole
from privacy.registers.models import RecipientFile
from privacy.registers.selectors import policy_recipients, shown_categories
from privacy.registers.services.disclosing import Refused, Wish


def wish_of_purchase(kind: str, identifier: str, publisher: str) -> Wish:
    """The disclosure that a purchase brings. Raises Refused(publisher) for a recipient that publishes no add-ons, or
    where the policy has no purpose for it."""
    row = RecipientFile.objects.filter(code=publisher, ended_at=None).first()
    roles = policy_recipients()
    kind_of = roles.get(row.policy_code) if row else None
    is_publisher = kind_of is not None and kind_of.role == RecipientRole.PUBLISHER
    if row is None or (not is_publisher and is_on("registers.purchases")):
        raise Refused("No publisher of add-ons has this code.", field="publisher", code="unknown_publisher")
    terms = next((each for each in purposes() if row.policy_code in each.recipients), None)
    if terms is None:
        raise Refused("The policy has no purpose for this publisher.", field="publisher", code="unknown_purpose")
    return Wish(kind, identifier, publisher, terms.code, shown_categories(row, terms, roles))
