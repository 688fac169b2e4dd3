"""Doors of mail by consent."""

from django.urls import path

from consent.mailing import views
from consent.mailing.api import mail_headers
from consent.mailing.tracking import views as tracking

urlpatterns = [
    path("m/l/<str:token>", tracking.click, name="mail_click"),
    path("m/p/<str:token>.gif", tracking.opened, name="mail_open"),
    path("desk/opt-out/", views.opt_out, name="desk_opt_out"),
    path("desk/mail/", views.inbound, name="desk_inbound"),
    path("desk/mail/<uuid:pk>/", views.inbound_mail, name="desk_inbound_mail"),
    path("api/v1/mail-headers", mail_headers, name="mail_headers"),
]
