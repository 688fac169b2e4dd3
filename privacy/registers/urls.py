"""Doors of the registers."""

from django.urls import path

from privacy.registers.api import disclosures, purchases

urlpatterns = [
    path("api/v1/addon-purchases", purchases.addon_purchases, name="addon_purchases"),
    path("api/v1/disclosures", disclosures.disclosures, name="disclosures"),
    path("api/v1/disclosures/ask", disclosures.ask, name="disclosures_ask"),
]
