"""Doors of the age gate."""

from django.urls import path

from privacy.intake.age_gate import views

urlpatterns = [path("age/", views.age_gate, name="age_gate")]
