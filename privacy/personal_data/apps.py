from django.apps import AppConfig


class PersonalDataConfig(AppConfig):
    name = "privacy.personal_data"
    label = "personal_data"
    default_auto_field = "django.db.models.BigAutoField"
