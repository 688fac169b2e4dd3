"""The words of consent that rules, rows and pages share."""

from django.db.models import TextChoices


class Status(TextChoices):
    """Where a preference stands (W3C DPV terms for consent; `objected` for Article 21)."""

    GIVEN = "given", "allowed"
    REFUSED = "refused", "declined"
    WITHDRAWN = "withdrawn", "withdrawn"
    OBJECTED = "objected", "objected to"
    PERMITTED = "permitted", "objection lifted"


class Door(TextChoices):
    """How a decision reached us: what the evidence says, and how far it may raise permission."""

    SIGNED_IN = "signed_in", "you, signed in"
    LINK = "link", "you, by a mailed link"
    ONE_CLICK = "one_click", "one-click unsubscribe in a mail"
    AGENT = "agent", "an agent for you"
    SIGNAL = "signal", "a signal of your browser"
    IMPORT = "import", "import"
    SYSTEM = "system", "Kept"
