"""The door at which vendors call back."""

from django.urls import path

from privacy.connectors.opendsr.callbacks import callback

urlpatterns = [path("opendsr/callbacks/<slug:key>", callback, name="opendsr_callback")]
