"""The doors of the Data Rights Protocol."""

from django.urls import path

from dsr.drp import api

urlpatterns = [
    path("drp/v1/agent/<str:agent_id>", api.agent, name="drp_agent"),
    path("drp/v1/data-rights-request", api.data_rights_request, name="drp_exercise"),
    path("drp/v1/data-rights-request/<str:request_id>", api.data_rights_status, name="drp_status"),
    path("drp/verify/<uuid:request_id>", api.verify, name="drp_verify"),
]
