"""The words of intake."""

from django.db.models import TextChoices


class Touchpoint(TextChoices):
    """Where people and we meet (promise S8), and `enrichment`: what others told us about them."""

    INFO_REQUEST = "info_request", "Request for information"
    TRIAL = "trial", "Trial of the service"
    EVENT = "event", "Registration for an event"
    BLOG = "blog", "Blog"
    MARKETPLACE = "marketplace", "Marketplace"
    COMMUNITY = "community", "Forum or community"
    PARTNER_APPLICATION = "partner_application", "Application as a partner"
    ENRICHMENT = "enrichment", "Learned from others"


PURPOSE_OF = {
    Touchpoint.INFO_REQUEST: "support",
    Touchpoint.TRIAL: "account_service",
    Touchpoint.EVENT: "event_attendance",
    Touchpoint.BLOG: "community",
    Touchpoint.MARKETPLACE: "marketplace",
    Touchpoint.COMMUNITY: "community",
    Touchpoint.PARTNER_APPLICATION: "account_service",
    Touchpoint.ENRICHMENT: "affiliate_enrichment",
}


class HowTold(TextChoices):
    """How a person learned that somebody else told us about them."""

    MAIL = "mail", "By mail"
    LETTER = "letter", "By a letter"


class PublicState(TextChoices):
    """Where something stands that names a person in public."""

    RECEIVED = "received", "Received"
    PUBLISHED = "published", "Published"
    ENDED = "ended", "Taken down"


class EntryState(TextChoices):
    """Where an entry to a promotion stands; a pending one is not in it."""

    PENDING = "pending", "Waiting for your permission"
    ENTERED = "entered", "Entered"


TESTIMONIALS, CUSTOMER_LIST, PROMOTIONS = "testimonials", "customer_list", "promotions"  # purposes of the policy
