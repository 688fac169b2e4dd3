"""Who is named on a public list of customers."""

from typing import ClassVar

from django.db import models

from privacy.intake.models.publishing import Publication
from privacy.intake.vocabulary import CUSTOMER_LIST


class CustomerEntry(Publication):
    """One line of the list; a grant is for exactly this name."""

    kind = "customer"
    control = "intake.customer_list"
    purpose = CUSTOMER_LIST

    class Meta(Publication.Meta):
        verbose_name_plural = "customer entries"
        indexes: ClassVar = [models.Index(fields=["state", "-published_at", "-id"], name="customer_public")]
