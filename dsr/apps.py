from django.apps import AppConfig


class DsrConfig(AppConfig):
    name = "dsr"
    default_auto_field = "django.db.models.BigAutoField"
