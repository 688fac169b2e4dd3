"""Doors of consent."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from consent import confirm_views, views
from consent.api.asking import may_ask_view
from consent.api.decisions import decisions
from consent.api.devices import device, devices
from consent.api.sales import sales
from consent.api.state import consent_state
from consent.api.statistics import consent_statistics
from consent.feed import views as feed
from consent.mailing.one_click import unsubscribe
from consent.preview import preview
from consent.receipts import views as receipts
from consent.scoped import views as scoped_views
from consent.signals import views as signal_views

urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("preferences/link/", views.send_link, name="preferences_send_link"),
    path("preferences/sent/", views.sent, name="preferences_sent"),
    path("preferences/signals/", signal_views.signals, name="signals"),
    path(".well-known/gpc.json", signal_views.gpc_support, name="gpc_support"),
    path("preferences/by/<str:token>/", views.preferences_link, name="preferences_link"),
    path("preferences/by/<str:token>/signals/", signal_views.signals_by_link, name="signals_by_link"),
    path("preferences/preview/<uuid:pk>/", preview, name="preferences_preview"),
    path("preferences/confirm/<str:token>/", confirm_views.confirm_grant, name="confirm_grant"),
    path("preferences/permissions/", scoped_views.permissions, name="permissions"),
    path("preferences/permissions/by/<str:token>/", scoped_views.permission, name="permission"),
    path("preferences/receipts/<uuid:pk>/", receipts.receipt, name="consent_receipt"),
    path("preferences/receipts/<uuid:pk>/<str:file>", receipts.receipt, name="consent_receipt_file"),
    path("preferences/by/<str:token>/receipts/<uuid:pk>/", receipts.receipt_by_link, name="consent_receipt_by_link"),
    path("preferences/by/<str:token>/receipts/<uuid:pk>/<str:file>", receipts.receipt_by_link),
    path(".well-known/kept-keys.json", receipts.keys, name="kept_keys"),
    path("api/v1/consent-statistics", consent_statistics, name="consent_statistics"),
    path("api/v1/consent-state", consent_state, name="consent_state"),
    path("api/v1/devices", devices, name="devices"),
    path("api/v1/devices/<uuid:pk>", device, name="device"),
    path("api/v1/sales", sales, name="sales"),
    path("unsubscribe/<str:token>", unsubscribe, name="unsubscribe"),
    path("unsubscribe/<str:token>/", unsubscribe),
    path("api/v1/decisions", csrf_exempt(decisions), name="decisions"),  # FastPath answers before this
    path("api/v1/consent-feed", feed.consent_feed, name="consent_feed"),
    path("api/v1/consent-feed/snapshot", feed.consent_snapshot, name="consent_feed_snapshot"),
    path("api/v1/may-ask", may_ask_view, name="may_ask"),
]
