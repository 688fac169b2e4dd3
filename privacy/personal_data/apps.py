from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PersonalDataConfig(AppConfig):
    name = "privacy.personal_data"
    label = "personal_data"
    verbose_name = "Personal data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.personal_data import checks  # noqa: F401  (registers itself)

        autodiscover_modules("personal_data")
