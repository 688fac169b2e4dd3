"""Doors that need several apps."""

from django.urls import path

from privacy.pages import api_schema, home, language
from privacy.pages.demo import views as demo
from privacy.pages.my_data import correcting, mandates
from privacy.pages.my_data import views as my_data
from privacy.pages.readiness import views as readiness

urlpatterns = [
    path("", home.home, name="home"),
    path("language/", language.choose_language, name="choose_language"),
    path("api/v1/schema/", api_schema.schema, name="api_schema"),
    path("healthz", readiness.health, name="healthz"),
    path("healthz/ok", readiness.ok, name="healthz_ok"),
    path("demo/enter/<str:token>/", demo.enter, name="demo_enter"),
    path("demo/as/<slug:key>/", demo.become, name="demo_become"),
    path("demo/mail/", demo.mail, name="demo_mail"),
    path("demo/site/", demo.site, name="demo_site"),
    path("my-data/", my_data.overview, name="my_data"),
    path("my-data/correct/", correcting.correct, name="my_data_correct"),
    path("my-data/correct/<uuid:pk>/", correcting.result, name="my_data_corrected"),
    path("my-data/tables/<str:key>/", my_data.table, name="my_data_table"),
    path("my-data/payments/", mandates.payments, name="my_data_payments"),
    path("my-data/download/", my_data.download, name="my_data_download"),
    path("my-data/download/<uuid:pk>/", my_data.package, name="my_data_package"),
    path("my-data/download/<uuid:pk>/file/", my_data.package_file, name="my_data_file"),
]
