"""What sites and agents report."""

from privacy.intake.age_gate.models import TooYoungCount
from privacy.intake.models.accepting import AcceptedKey, IntakeCount
from privacy.intake.models.collections import CollectedValue, Collection, TellTask
from privacy.intake.models.customers import CustomerEntry
from privacy.intake.models.devices import Device
from privacy.intake.models.promotions import Promotion, PromotionEntry
from privacy.intake.models.testimonials import Testimonial
from privacy.intake.visitor_events.models import VisitorEvent, VisitorLink

__all__ = [
    "AcceptedKey",
    "CollectedValue",
    "Collection",
    "CustomerEntry",
    "Device",
    "IntakeCount",
    "Promotion",
    "PromotionEntry",
    "TellTask",
    "Testimonial",
    "TooYoungCount",
    "VisitorEvent",
    "VisitorLink",
]
