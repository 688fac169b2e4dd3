"""Doors of subject requests."""

from django.urls import path

from dsr.api import subject_requests as api
from dsr.identity import desk as identity_desk
from dsr.identity import views as identity
from dsr.views import calendar, desk, filing, following, letters, own_deletion, packages

urlpatterns = [
    path("requests/", following.index, name="requests"),
    path("requests/new/", filing.new, name="request_new"),
    path("requests/sent/", filing.sent, name="request_sent"),
    path("requests/resend/", filing.links, name="request_resend"),
    path("requests/confirm/<str:token>/", filing.confirm, name="request_confirm"),
    path("requests/status/<str:token>/", following.status, name="request_status"),
    path("requests/status/<str:token>/package/", packages.by_link, name="request_status_package"),
    path("requests/status/<str:token>/letters/<uuid:letter>/", letters.by_link, name="request_status_letter"),
    path("requests/<uuid:pk>/letters/<uuid:letter>/", letters.own, name="request_own_letter"),
    path("requests/<uuid:pk>/package/", packages.own, name="request_own_package"),
    path("requests/status/<str:token>/evidence/", identity.evidence_by_link, name="request_status_evidence"),
    path("requests/<uuid:pk>/evidence/", identity.evidence_own, name="request_own_evidence"),
    path("requests/code/", identity.code, name="request_code"),
    path("desk/identity/", identity_desk.identity, name="desk_identity"),
    path("requests/<uuid:pk>/identity/", identity.prove_own, name="request_prove"),
    path("requests/<uuid:pk>/", following.own, name="request_own"),
    path("requests/calendar/<str:token>.ics", calendar.feed, name="request_calendar"),
    path("api/v1/subject-requests", api.subject_requests, name="subject_requests_api"),
    path("api/v1/subject-requests/<str:reference>", api.subject_request, name="subject_request_api"),
    path("my-data/delete/", own_deletion.delete_account, name="delete_account"),
    path("desk/", desk.desk, name="desk"),
    path("desk/from-mail/<uuid:pk>/", desk.from_mail, name="desk_from_mail"),
]
