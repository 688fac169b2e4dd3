"""The doors of the processor's side."""

from django.urls import path

from dsr.opendsr import api

urlpatterns = [
    path("opendsr/discovery", api.discovery, name="opendsr_discovery"),
    path("opendsr/certificate.pem", api.certificate, name="opendsr_certificate"),
    path("opendsr/requests", api.requests, name="opendsr_requests"),
    path("opendsr/requests/<str:subject_request_id>", api.request_by_id, name="opendsr_request"),
    path("opendsr/results/<str:pk>", api.results, name="opendsr_results"),
]
