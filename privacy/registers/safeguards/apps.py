from django.apps import AppConfig


class SafeguardsConfig(AppConfig):
    name = "privacy.registers.safeguards"
    label = "safeguards"
    verbose_name = "Safeguards of transfers"
    default_auto_field = "django.db.models.BigAutoField"
