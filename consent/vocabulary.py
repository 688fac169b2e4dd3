"""The words of consent that rules, rows and pages share."""

from django.db.models import TextChoices


class Status(TextChoices):
    """Where a preference stands (W3C DPV terms for consent; `objected` for Article 21)."""

    GIVEN = "given", "allowed"
    REFUSED = "refused", "declined"
    WITHDRAWN = "withdrawn", "withdrawn"
    OBJECTED = "objected", "objected to"
    PERMITTED = "permitted", "objection lifted"
    REQUESTED = "requested", "waiting for your confirmation"  # double opt-in: never a grant
    PROVEN = "proven", "allowed as a customer"  # soft opt-in: both proofs are recorded
    EXPIRED = "expired", "run out"
    OVERRULED = "overruled", "objection overruled"  # by a recorded compelling ground (Article 21(1))
    PAUSED = "paused", "paused"  # of events only, like the two below: the permission stays as it is
    SLOWED = "slowed", "fewer messages"
    RESUMED = "resumed", "as often as before"


class Door(TextChoices):
    """How a decision reached us: what the evidence says, and how far it may raise permission."""

    SIGNED_IN = "signed_in", "you, signed in"
    LINK = "link", "you, by a mailed link"
    ONE_CLICK = "one_click", "one-click unsubscribe in a mail"
    AGENT = "agent", "an agent for you"
    SIGNAL = "signal", "a signal of your browser"
    IMPORT = "import", "import"
    BANNER = "banner", "you, by the banner of a site"
    FORM = "form", "a form on a site"
    MAIL = "mail", "you, by mail"
    APP = "app", "you, in the app on a device"
    LEGAL = "legal", "legal staff"
    SYSTEM = "system", "Kept"


class Ground(TextChoices):
    """Compelling grounds that may override an objection (Article 21(1)); never one to direct marketing."""

    SECURITY = "security", "Security of the service and its users"
    FRAUD = "fraud", "Prevention of fraud and abuse"
    SAFETY = "safety", "Safety of people"
    CLAIMS = "claims", "Establishing, exercising or defending legal claims"


class Sale(TextChoices):
    """What counts as a sale for a soft opt-in (ePrivacy 13(2)); a free account can be one."""

    PURCHASE = "purchase", "a purchase"
    SUBSCRIPTION = "subscription", "a subscription"
    FREE_ACCOUNT = "free_account", "a free account"


# Each status in the terms of W3C DPV 2.3 (`dpv:`), with whether it is valid for processing. An objection is no
# consent status there; DPV names the right that was used.
DPV_STATUS: dict[Status, tuple[str, bool]] = {
    Status.GIVEN: ("dpv:ConsentGiven", True),
    Status.REFUSED: ("dpv:ConsentRefused", False),
    Status.WITHDRAWN: ("dpv:ConsentWithdrawn", False),
    Status.REQUESTED: ("dpv:ConsentRequested", False),
    Status.EXPIRED: ("dpv:ConsentExpired", False),
    Status.PROVEN: ("dpv:ConsentUnknown", False),  # lawful, but by soft opt-in and not by consent
    Status.OBJECTED: ("eu-gdpr:A21", False),
    Status.PERMITTED: ("eu-gdpr:A21", True),
    Status.OVERRULED: ("eu-gdpr:A21", True),
}
DPV_RENEWED = "dpv:RenewedConsentGiven"  # a yes where a yes had stood already


def dpv_status(status: str, *, previous: str = "") -> tuple[str, bool]:
    """The DPV term for an event, and whether it is valid for processing; easing changes neither and has none."""
    if status == Status.GIVEN and previous in {Status.GIVEN, Status.EXPIRED}:
        return DPV_RENEWED, True
    return DPV_STATUS.get(Status(status), ("", True))


EASING = (Status.PAUSED, Status.SLOWED, Status.RESUMED)  # they ask for less and leave the permission as it is
