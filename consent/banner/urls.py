"""Doors of the banner."""

from django.urls import path

from consent.banner import page, views

urlpatterns = [
    path("banner/v1.js", views.script, name="banner_script"),
    path("banner/v1/choice", views.choice, name="banner_choice"),
    path("banner/v1/decision", views.decision, name="banner_decision"),
    path("banner/v1/event", views.event, name="banner_event"),
    path("choices/<slug:key>/", page.choices, name="choices"),
]
