from django.apps import AppConfig


class LeavingConfig(AppConfig):
    name = "dsr.leaving"
    label = "leaving"
    verbose_name = "Packages that leave by mail or post"
    default_auto_field = "django.db.models.BigAutoField"
