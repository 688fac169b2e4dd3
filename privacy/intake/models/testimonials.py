"""What a person says about us, for others to read."""

from typing import ClassVar

from django.db import models

from privacy.intake.models.publishing import Publication
from privacy.intake.vocabulary import TESTIMONIALS
from privacy.kernel.fields import EncryptedTextField


class Testimonial(Publication):
    """The quoted text: a grant is for exactly these words and this name."""

    __test__ = False  # its name begins with Test

    text = EncryptedTextField()
    kind = "testimonial"
    control = "intake.testimonials"
    purpose = TESTIMONIALS

    class Meta(Publication.Meta):
        indexes: ClassVar = [models.Index(fields=["state", "-published_at", "-id"], name="testimonial_public")]
