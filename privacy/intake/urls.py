"""Doors of intake."""

from django.urls import path

from privacy.intake import views
from privacy.intake.api import publishing as public
from privacy.intake.api.collections import collections
from privacy.intake.api.promotions import entries
from privacy.intake.api.totals import partner_totals
from privacy.intake.models import CustomerEntry, Testimonial

urlpatterns = [
    path("testimonials/", views.testimonials, name="testimonials"),
    path("customers/", views.customers, name="customers"),
    path("api/v1/collections", collections, name="collections"),
    path("api/v1/testimonials", public.testimonials, name="testimonials_api"),
    path("api/v1/customers", public.customers, name="customers_api"),
    *(
        path(f"api/v1/{plural}/<uuid:pk>/{act}", public.act, {"model": model, "name": act}, f"{plural}_{act}")
        for plural, model in (("testimonials", Testimonial), ("customers", CustomerEntry))
        for act in public.ACTS
    ),
    path("api/v1/totals", partner_totals, name="totals_api"),
    path("api/v1/promotions/<slug:code>/entries", entries, name="promotion_entries"),
]
