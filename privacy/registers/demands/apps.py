from django.apps import AppConfig


class DemandsConfig(AppConfig):
    name = "privacy.registers.demands"
    label = "demands"
    verbose_name = "Legal demands"
    default_auto_field = "django.db.models.BigAutoField"
