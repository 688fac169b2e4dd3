from django.apps import AppConfig


class LeaksConfig(AppConfig):
    name = "privacy.personal_data.leaks"
    label = "leaks"
    verbose_name = "What must not leave with a package"
    default_auto_field = "django.db.models.BigAutoField"
