"""Doors of intake."""

from django.urls import path

from privacy.intake.api.collections import collections

urlpatterns = [path("api/v1/collections", collections, name="collections")]
