from django.apps import AppConfig


class DrpConfig(AppConfig):
    name = "dsr.drp"
    label = "drp"
    verbose_name = "Requests of authorized agents"
    default_auto_field = "django.db.models.BigAutoField"
