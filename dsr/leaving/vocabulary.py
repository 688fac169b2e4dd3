"""Words of packages that leave. Pure."""

from django.db import models


class Way(models.TextChoices):
    """How the archive leaves."""

    MAIL = "mail", "The archive by email"
    MEDIUM = "medium", "The archive on a medium, by post"


class CodeBy(models.TextChoices):
    """How its code leaves."""

    POST = "post", "The code in a letter by post"
    PHONE = "phone", "The code read out by phone"
    MAIL = "mail", "The code by email"


class DepartureState(models.TextChoices):
    """Where it stands."""

    ASKED = "asked", "being locked"
    READY = "ready", "locked"
    ENDED = "ended", "ended"
