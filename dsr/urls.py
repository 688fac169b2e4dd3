"""Doors of subject requests."""

from django.urls import path

from dsr.views import calendar, desk, filing, following, packages

urlpatterns = [
    path("requests/", following.index, name="requests"),
    path("requests/new/", filing.new, name="request_new"),
    path("requests/sent/", filing.sent, name="request_sent"),
    path("requests/resend/", filing.links, name="request_resend"),
    path("requests/confirm/<str:token>/", filing.confirm, name="request_confirm"),
    path("requests/status/<str:token>/", following.status, name="request_status"),
    path("requests/status/<str:token>/package/", packages.by_link, name="request_status_package"),
    path("requests/<uuid:pk>/package/", packages.own, name="request_own_package"),
    path("requests/<uuid:pk>/", following.own, name="request_own"),
    path("requests/calendar/<str:token>.ics", calendar.feed, name="request_calendar"),
    path("desk/", desk.desk, name="desk"),
]
