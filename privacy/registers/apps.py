from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "privacy.registers"
    label = "registers"
    verbose_name = "Registers"
    default_auto_field = "django.db.models.BigAutoField"
