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
    SYSTEM = "system", "Kept"
